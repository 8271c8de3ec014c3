using System.CommandLine;
using FetchEtl.Maintenance;
using FetchEtl.Masking;

namespace FetchEtl.Service;

/// <summary>
/// The options of verbs that open sealed values: what shows that the service sealed them, where no masking key does.
/// </summary>
internal static class VaultTrust
{
    public static readonly Option<string> VerifyKey = new("--verify-key")
    {
        Description = "File with what 'keys verifier' printed. Not needed where the masking keys are set.",
    };

    public static readonly Option<bool> AcceptUnsigned = new("--accept-unsigned")
    {
        Description = "Also reveal entries of version 1, which anyone who can write to pii_vault may have sealed.",
    };

    /// <summary>Returns access to the vault that opens what the options trust.</summary>
    /// <exception cref="UsageException">The file is not usable, or nothing shows who sealed an entry.</exception>
    public static VaultAccess Apply(ParseResult parsed, VaultTarget target)
    {
        var file = parsed.GetValue(VerifyKey);
        var acceptsUnsigned = parsed.GetValue(AcceptUnsigned);
        if (file is null && target.Masker is null && !acceptsUnsigned)
        {
            throw new UsageException(
                $"Nothing shows whether the service sealed a value: give the vault's verification keys by " +
                $"{VerifyKey.Name} ('fetch-etl keys verifier' prints them where the masking keys are), or set " +
                "Masking:Keys or Masking:KeyFiles as the service has them.");
        }

        try
        {
            return new VaultAccess(target.Database, target.Masker)
            {
                Verifier = file is null ? null : VaultVerifier.Read(file),
                AcceptsUnsigned = acceptsUnsigned,
            };
        }
        catch (InvalidDataException exception)
        {
            throw new UsageException($"{VerifyKey.Name} {exception.Message}.");
        }
    }
}
