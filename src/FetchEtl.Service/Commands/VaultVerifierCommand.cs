using System.CommandLine;
using FetchEtl.Masking;

namespace FetchEtl.Service;

/// <summary>Prints the keys by which <c>reveal</c> verifies the vault's entries where no masking key is.</summary>
internal static class VaultVerifierCommand
{
    public static Command Create() => Verb.Create(
        "verifier",
        "Prints the public keys that verify the vault's entries, one for each generation of the masking keys, for " +
        "'reveal --verify-key'. They are not secret.",
        Run).WithExamples("fetch-etl keys verifier > vault-verifier.pem");

    private static Task<int> Run(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        var masking = new MaskingOptions();
        ServiceHost.Create(settings).Configuration.ReadMaskingOnly(masking, cancellationToken);
        if (masking.Method != MaskingMethod.Hmac || !masking.HasKeys)
        {
            throw new UsageException(
                "Masking:Keys or Masking:KeyFiles must hold the service's masking keys: the vault's keys come from "
                + "them.");
        }

        Console.Write(new KeyedPiiMasker(masking).VaultSigner.Verifier.ToPem());
        return Task.FromResult(Verb.Succeeded);
    }
}
