using System.CommandLine;
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
        VaultTrust.VerifyKey,
        VaultTrust.AcceptUnsigned,
        VaultVerb.Masks).WithExamples(
            "fetch-etl reveal --private-key vault-private.pem --verify-key vault-verifier.pem < masks.txt > " +
            "values.txt");

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        using var key = ReadKey(parsed);
        var result = Verb.Succeeded;
        await VaultVerb.RunAsync(
            parsed,
            settings,
            "SELECT on pii_vault",
            target =>
            {
                var reading = new VaultReading(VaultTrust.Apply(parsed, target), key);
                return Task.FromResult<BatchAction>((masks, advance) => RevealAsync(reading, masks, advance));
            },
            cancellationToken);

        return result;

        async Task RevealAsync(VaultReading reading, IReadOnlyList<NamedMask> masks, Action<int> advance)
        {
            var given = masks.Select(mask => mask.Text).Where(text => text.Length > 0).ToList();
            var found = await reading.Vault.FindAsync(given, cancellationToken);
            foreach (var mask in masks)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var (value, problem) = mask.Text.Length == 0
                    ? (string.Empty, null)
                    : await reading.OpenAsync(found[mask.Text], cancellationToken);
                Console.WriteLine(value is null ? null : PrintableText.Of(value));
                if (problem is not null)
                {
                    result = Verb.Failed;
                    StandardError.WriteLine($"fetch-etl: {mask}: {problem}.");
                }

                advance(1);
            }
        }
    }

    private static RevealingKey ReadKey(ParseResult parsed)
    {
        var option = PassphraseFile.Name;
        try
        {
            var passphrase = parsed.GetValue(PassphraseFile) is { } file
                ? SecretFile.Read(file).Split('\n')[0].TrimEnd('\r')
                : null;
            if (parsed.GetValue(PassphraseFile) is { } readable)
            {
                Warnings.OfFile(option, readable);
            }

            option = PrivateKey.Name;
            Warnings.OfFile(option, parsed.GetValue(PrivateKey)!);
            return RevealingKey.Read(parsed.GetValue(PrivateKey)!, passphrase);
        }
        catch (InvalidDataException exception)
        {
            throw new UsageException($"{option} {exception.Message}.");
        }
    }
}
