using FetchEtl.Masking;
using Microsoft.Extensions.Configuration;

namespace FetchEtl.Service;

/// <summary>Reads the settings of masking, with the keys that they name in AWS.</summary>
internal static class MaskingReading
{
    /// <summary>
    /// Binds the section <c>Masking</c>, and has AWS decrypt the keys that it only names. Every verb reads its masking
    /// keys here or by <see cref="NamedKeys"/>.
    /// </summary>
    /// <param name="configuration">The configuration that holds the section.</param>
    /// <param name="masking">The settings to fill.</param>
    /// <param name="cancellationToken">Stops a wait for AWS.</param>
    /// <exception cref="MaskingRefusedException">Settings cannot be read, or AWS did not return a key.</exception>
    public static void ReadMasking(
        this IConfiguration configuration, MaskingOptions masking, CancellationToken cancellationToken = default)
    {
        configuration.BindMasking(masking);
        if (KeyReferences.Of(configuration).Resolve(masking, cancellationToken) is { Count: > 0 } problems)
        {
            throw new MaskingRefusedException(problems);
        }
    }

    /// <summary>
    /// As <see cref="ReadMasking"/>, without the vault, for a verb that seals nothing: the vault's public key may be
    /// elsewhere.
    /// </summary>
    /// <inheritdoc cref="ReadMasking"/>
    public static void ReadMaskingOnly(
        this IConfiguration configuration, MaskingOptions masking, CancellationToken cancellationToken)
    {
        configuration.ReadMasking(masking, cancellationToken);
        masking.Vault = new VaultOptions();
    }
}
