using System.CommandLine;
using FetchEtl.Logins;
using FetchEtl.Maintenance;
using FetchEtl.Masking;

namespace FetchEtl.Service;

/// <summary>Prints the values behind masks. It runs where the vault's private key is.</summary>
internal static class RevealCommand
{
    private static readonly Option<string> PrivateKey = new("--private-key")
    {
        Description = "PEM file of the vault's private key.",
        Required = true,
    };

    private static readonly Option<string> PassphraseFile = new("--passphrase-file")
    {
        Description = "File whose first line is the passphrase of an encrypted private key.",
    };

    public static Command Create() => Verb.Create(
        "reveal",
        "Prints the values behind masks from the vault, one a line. Exit code 1: some could not be revealed; their " +
        "lines are empty.",
        RunAsync,
        PrivateKey,
        PassphraseFile,
        VaultVerb.Masks);

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        using var key = ReadKey(parsed);
        var result = Verb.Succeeded;
        await VaultVerb.RunAsync(parsed, settings, "SELECT", RevealAsync, cancellationToken);

        return result;

        async Task RevealAsync(VaultAccess vault, IReadOnlyList<NamedMask> masks)
        {
            var given = masks.Select(mask => mask.Text).Where(text => text.Length > 0).ToList();
            var found = await vault.FindAsync(given, cancellationToken);
            foreach (var mask in masks)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var (value, problem) = mask.Text.Length == 0
                    ? (string.Empty, null)
                    : Open(vault, key, found[mask.Text]);
                Console.WriteLine(value is null ? null : PrintableText.Of(value));
                if (problem is not null)
                {
                    result = Verb.Failed;
                    StandardError.WriteLine($"fetch-etl: {mask}: {problem}.");
                }
            }
        }
    }

    /// <summary>
    /// Opens the first value that the key opens. A weak mask can belong to several fields, always with the same value.
    /// </summary>
    private static (string? Value, string? Problem) Open(
        VaultAccess vault, RevealingKey key, IEnumerable<SealedValue> values)
    {
        var problem = "pii_vault holds nothing for it";
        foreach (var value in values)
        {
            try
            {
                return (vault.Open(value, key).Reveal(), null);
            }
            catch (InvalidDataException exception)
            {
                problem = exception.Message;
            }
        }

        return (null, problem);
    }

    private static RevealingKey ReadKey(ParseResult parsed)
    {
        var option = PassphraseFile.Name;
        try
        {
            var passphrase = parsed.GetValue(PassphraseFile) is { } file
                ? SecretFile.Read(file).Split('\n')[0].TrimEnd('\r')
                : null;
            option = PrivateKey.Name;
            return RevealingKey.Read(parsed.GetValue(PrivateKey)!, passphrase);
        }
        catch (InvalidDataException exception)
        {
            throw new UsageException($"{option} {exception.Message}.");
        }
    }
}
