namespace FetchEtl.Logins;

/// <summary>
/// What is masked, how, and under which keys (<c>Masking</c>). Whoever has the keys can find the masked values by trying:
/// keep them as secrets.
/// </summary>
public sealed class MaskingOptions
{
    internal const int MinKeyBytes = 32;

    /// <summary>
    /// The secret keys (<c>Masking:Keys</c>), one a generation and the first one first, each base64 of at least 32 random
    /// bytes. Rotating means appending one. Generation n is either here at n-1 or in <see cref="KeyFiles"/>: where it is there,
    /// an empty text stands here. At least one generation is required, and no key may occur twice.
    /// </summary>
    public IList<string> Keys { get; } = [];

    /// <summary>
    /// Files that hold a key each (<c>Masking:KeyFiles</c>), in the same text as in <see cref="Keys"/>, blanks and line ends
    /// around it allowed: secrets that are mounted. Indexed by generation as <see cref="Keys"/> is. Read once, at start.
    /// </summary>
    public IList<string> KeyFiles { get; } = [];

    /// <summary>
    /// The fields that are masked (<c>Masking:Fields</c>): <c>ip</c> and <c>device_id</c>, which every list must name, and
    /// <c>user_id</c>, which is stored as it came unless named. Empty, as by default: the first two.
    /// </summary>
    public IList<string> Fields { get; } = [];

    /// <summary>How values are masked (<c>Masking:Method</c>). Never mix two in one table.</summary>
    /// <value><see cref="MaskingMethod.Hmac"/> by default.</value>
    public MaskingMethod Method { get; set; }

    /// <summary>Accepts a <see cref="Method"/> whose masks can be reversed (<c>Masking:AllowWeak</c>).</summary>
    /// <value>False by default.</value>
    public bool AllowWeak { get; set; }

    /// <summary>
    /// How the table was masked once (<c>Masking:Former</c>), where its masks were adopted as the values under
    /// <see cref="MaskingMethod.Hmac"/>: each value is then hashed in that way first. Set it before the first row is written,
    /// and for good.
    /// </summary>
    /// <value><see cref="MaskingMethod.Sha256"/>, <see cref="MaskingMethod.SaltedSha256"/>, or null, as by default.</value>
    public MaskingMethod? Former { get; set; }

    /// <summary>The text that <see cref="MaskingMethod.SaltedSha256"/> appends (<c>Masking:Salt</c>). Required with it, refused without.</summary>
    public string? Salt { get; set; }

    /// <summary>The recoverable copy of what is masked (<c>Masking:Vault</c>).</summary>
    public VaultOptions Vault { get; set; } = new();

    /// <summary>Whether values are sealed.</summary>
    internal bool HasVault => !string.IsNullOrEmpty(Vault.PublicKeyFile);

    /// <summary>Whether something appends the salt.</summary>
    internal bool UsesSalt => Method == MaskingMethod.SaltedSha256 || Former == MaskingMethod.SaltedSha256;
}
