using System.CommandLine;
using FetchEtl.Maintenance;

namespace FetchEtl.Service;

/// <summary>Deletes the values behind masks from the vault. The masks stay where they are.</summary>
internal static class EraseCommand
{
    public static Command Create() => Verb.Create(
        "erase",
        "Deletes the values behind masks from the vault; rows keep the masks. Exit code 1: the vault holds no value " +
        "for some masks.",
        RunAsync,
        VaultVerb.Masks);

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        var result = Verb.Succeeded;
        var count = 0;
        var isComplete = false;
        try
        {
            await VaultVerb.RunAsync(parsed, settings, "SELECT and DELETE", EraseAsync, cancellationToken);
            isComplete = true;
        }
        finally
        {
            // What was erased before a stop or a failure stays erased.
            if (isComplete || count > 0)
            {
                Console.WriteLine($"Erased from the vault: {count}.");
            }
        }

        return result;

        async Task EraseAsync(VaultAccess vault, IReadOnlyList<NamedMask> masks)
        {
            var given = masks.Where(mask => mask.Text.Length > 0).ToList();
            var erased = await vault.EraseAsync([.. given.Select(mask => mask.Text)], cancellationToken);
            count += erased.SelectMany(values => values).Distinct().Count();
            foreach (var mask in given.Where(mask => !erased.Contains(mask.Text)))
            {
                result = Verb.Failed;
                StandardError.WriteLine($"fetch-etl: {mask}: pii_vault holds nothing for it.");
            }
        }
    }
}
