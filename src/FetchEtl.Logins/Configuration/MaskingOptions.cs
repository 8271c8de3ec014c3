namespace FetchEtl.Logins;

/// <summary>The masking keys (<c>Masking</c>). Whoever has them can recover the masked values: keep them as secrets.</summary>
public sealed class MaskingOptions
{
    internal const int MinKeyBytes = 32;

    /// <summary>
    /// The secret keys (<c>Masking:Keys</c>), one a generation and the first one first, each base64 of at least 32 random
    /// bytes (<c>openssl rand -base64 32</c>). Rotating means appending one. At least one is required.
    /// </summary>
    public IList<string> Keys { get; } = [];
}
