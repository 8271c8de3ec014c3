using System.CommandLine;
using FetchEtl.Logins;
using FetchEtl.Maintenance;
using FetchEtl.Masking;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

/// <summary>Deletes the values behind masks from the vault. The masks stay where they are.</summary>
internal static class EraseCommand
{
    private const string Rights =
        $"SELECT and DELETE on pii_vault, {AuditTrail.Rights}, and where the settings have masking keys SELECT on " +
        "masking_generations";

    public static Command Create() => Verb.Create(
        "erase",
        "Deletes the values behind masks from the vault; rows keep the masks. Exit code 1: the vault holds no value " +
        "for some masks.",
        RunAsync,
        PurposeOption.Purpose,
        VaultVerb.Masks).WithExamples(
            "fetch-etl erase --purpose 'ticket 4711' " +
            "1:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "fetch-etl mask --field ip < ips.txt | fetch-etl erase --purpose 'ticket 4711'");

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        var purpose = PurposeOption.Read(parsed);
        var result = Verb.Succeeded;
        var count = 0;
        var isComplete = false;
        try
        {
            await VaultVerb.RunAsync(parsed, settings, Rights, OpenAsync, cancellationToken);
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

        async Task<BatchAction> OpenAsync(VaultTarget target)
        {
            await RequireKeysAsync(target, cancellationToken);
            return (masks, advance) => EraseAsync(target, masks, advance);
        }

        async Task EraseAsync(VaultTarget target, IReadOnlyList<NamedMask> masks, Action<int> advance)
        {
            var given = masks.Where(mask => mask.Text.Length > 0).ToList();
            if (given.Count > 0)
            {
                var before = count;
                await new AuditTrail(target.Database, "erase", purpose).RunAsync(
                    "*",
                    given.Count,
                    () => DeleteAsync(target, given),
                    () => new AuditOutcome(count - before, Words.Count(count - before, "sealed value")),
                    cancellationToken);
            }

            advance(masks.Count);
        }

        async Task<int> DeleteAsync(VaultTarget target, IReadOnlyList<NamedMask> given)
        {
            var erased = await target.Vault.EraseAsync([.. given.Select(mask => mask.Text)], cancellationToken);
            count += erased.SelectMany(values => values).Distinct().Count();
            var missing = given.Where(mask => !erased.Contains(mask.Text)).ToList();
            foreach (var mask in missing)
            {
                result = Verb.Failed;
                StandardError.WriteLine($"fetch-etl: {mask}: pii_vault holds nothing for it.");
            }

            return missing.Count == 0 ? Verb.Succeeded : Verb.LeftBehind;
        }
    }

    /// <summary>
    /// Checks the keys of the settings, which find a value under the masks of other generations: with wrong ones, the
    /// value would stay, and the vault would seem to hold nothing.
    /// </summary>
    private static async Task RequireKeysAsync(VaultTarget target, CancellationToken cancellationToken)
    {
        if (target.Masker is not { } masker)
        {
            return;
        }

        try
        {
            var options = Options.Create(new LoginsOptions { Masking = target.Masking });
            await new StoredMasksVerifier(masker, options).CheckKeysAsync(target.Database, cancellationToken);
        }
        catch (MaskingRefusedException refused)
        {
            throw new MaskingRefusedException([.. refused.Problems, "Nothing was erased."]);
        }
    }
}
