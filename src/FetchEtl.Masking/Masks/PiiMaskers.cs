namespace FetchEtl.Masking;

/// <summary>Creates the masker that settings select.</summary>
public static class PiiMaskers
{
    /// <summary>Creates a masker. It reads the files of keys.</summary>
    /// <param name="options">The settings.</param>
    /// <returns>An <see cref="KeyedPiiMasker"/> or a <see cref="Sha256PiiMasker"/>.</returns>
    /// <exception cref="MaskingRefusedException">
    /// The settings are invalid; see <see cref="MaskingOptions.Validate"/>.
    /// </exception>
    public static IPiiMasker Create(MaskingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Method == MaskingMethod.Hmac ? new KeyedPiiMasker(options) : new Sha256PiiMasker(options);
    }
}
