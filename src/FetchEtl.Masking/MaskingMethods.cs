namespace FetchEtl.Masking;

/// <summary>What methods have in common, and which fields they mask.</summary>
public static class MaskingMethods
{
    /// <summary>
    /// Whether the method's masks have the form of the values and can be turned back by the masking key. Such a mask
    /// does not show its key's generation.
    /// </summary>
    /// <param name="method">The method.</param>
    /// <returns>True for IpCrypt, IpCryptPfx and Ff1.</returns>
    public static bool IsLookAlike(this MaskingMethod method) =>
        method is MaskingMethod.IpCrypt or MaskingMethod.IpCryptPfx or MaskingMethod.Ff1;

    /// <summary>Returns the methods that <see cref="MaskingOptions.Methods"/> can give a field.</summary>
    /// <param name="field">The field.</param>
    /// <returns>The methods, the default first.</returns>
    public static IReadOnlyList<MaskingMethod> Of(PiiField field) => field switch
    {
        PiiField.Ip => [MaskingMethod.Hmac, MaskingMethod.IpCrypt, MaskingMethod.IpCryptPfx],
        PiiField.DeviceId => [MaskingMethod.Hmac, MaskingMethod.Ff1],
        _ => [MaskingMethod.Hmac],
    };
}
