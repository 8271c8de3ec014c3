using System.CommandLine;
using FetchEtl.Maintenance;

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
        PurposeOption.Purpose,
        VaultVerb.Masks).WithExamples(
            "fetch-etl reveal --private-key vault-private.pem --verify-key vault-verifier.pem " +
            "--purpose 'fraud case 17' < masks.txt > values.txt");

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        var purpose = PurposeOption.Read(parsed);
        using var key = PrivateKeyFile.Read(
            PrivateKey.Name, parsed.GetValue(PrivateKey)!, PassphraseFile.Name, parsed.GetValue(PassphraseFile));
        var result = Verb.Succeeded;
        await VaultVerb.RunAsync(
            parsed,
            settings,
            $"SELECT on pii_vault, and {AuditTrail.Rights}",
            target =>
            {
                var reading = new VaultReading(VaultTrust.Apply(parsed, target), key);
                return Task.FromResult<BatchAction>(
                    (masks, advance) => RevealAsync(target, reading, masks, advance));
            },
            cancellationToken);

        return result;

        async Task RevealAsync(
            VaultTarget target, VaultReading reading, IReadOnlyList<NamedMask> masks, Action<int> advance)
        {
            var given = masks.Select(mask => mask.Text).Where(text => text.Length > 0).ToList();
            var shown = 0;
            if (given.Count > 0)
            {
                await new AuditTrail(target.Database, "reveal", purpose).RunAsync(
                    "*",
                    given.Count,
                    ShowAsync,
                    () => new AuditOutcome(shown, Words.Count(shown, "value")),
                    cancellationToken);
            }
            else
            {
                await ShowAsync();
            }

            async Task<int> ShowAsync()
            {
                var end = Verb.Succeeded;
                var found = await reading.Vault.FindAsync(given, cancellationToken);
                foreach (var mask in masks)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var (value, problem) = mask.Text.Length == 0
                        ? (string.Empty, null)
                        : await reading.OpenAsync(found[mask.Text], cancellationToken);
                    Console.WriteLine(value is null ? null : PrintableText.Of(value));
                    shown += value is { Length: > 0 } ? 1 : 0;
                    if (problem is not null)
                    {
                        (result, end) = (Verb.Failed, Verb.LeftBehind);
                        StandardError.WriteLine($"fetch-etl: {mask}: {problem}.");
                    }

                    advance(1);
                }

                return end;
            }
        }
    }
}
