using FetchEtl.Logins;
using FetchEtl.Maintenance;
using FetchEtl.Masking;

namespace FetchEtl.Service;

/// <summary>
/// Opens sealed values, and distinguishes a wrong private key from a value that was changed. Entries of version 2 name
/// their key. In version 1, RSA-OAEP has the same failure for both, so other values decide: a key that opens them is
/// not wrong.
/// </summary>
/// <param name="vault">The vault.</param>
/// <param name="key">The private key.</param>
internal sealed class VaultReading(VaultAccess vault, RevealingKey key)
{
    private const int SampleSize = 20;

    private const string Changed =
        "it was sealed to another key, or somebody has changed it in pii_vault: this private key opens other values "
        + "there";

    /// <summary>Null until it is known.</summary>
    private bool? _opensOthers;

    /// <summary>The vault.</summary>
    public VaultAccess Vault => vault;

    /// <summary>
    /// Opens the first value that the key opens. A weak mask can belong to several fields, always with the same value.
    /// </summary>
    /// <returns>The value, or the problem without a full stop.</returns>
    public async Task<(string? Value, string? Problem)> OpenAsync(
        IEnumerable<SealedValue> values, CancellationToken cancellationToken)
    {
        var problem = "pii_vault holds nothing for it";
        foreach (var value in values)
        {
            try
            {
                var text = vault.Open(value, key).Reveal();
                _opensOthers = true;
                return (text, null);
            }
            catch (InvalidDataException exception)
            {
                problem = value.KeyId is null && !key.Opens(value.Sealed) && await OpensOthersAsync(cancellationToken)
                    ? Changed
                    : exception.Message;
            }
        }

        return (null, problem);
    }

    private async Task<bool> OpensOthersAsync(CancellationToken cancellationToken) =>
        _opensOthers ??=
            (await vault.SampleAsync(SampleSize, cancellationToken)).Any(value => key.Opens(value.Sealed));
}
