using System.Diagnostics;

namespace FetchEtl.Logins;

/// <summary>Makes the masker that settings ask for.</summary>
internal static class PiiMaskers
{
    /// <param name="options">Valid ones.</param>
    public static IPiiMasker Create(MaskingOptions options) => options.Method switch
    {
        MaskingMethod.Hmac => new HmacPiiMasker(options),
        MaskingMethod.Sha256 or MaskingMethod.SaltedSha256 => new Sha256PiiMasker(SaltedHash.Of(options.Method, options.Salt)!),
        _ => throw new UnreachableException("The method is validated."),
    };
}
