namespace FetchEtl.Masking;

/// <summary>
/// The settings of masking (<c>Masking</c>): fields, method and keys. Anyone who has the keys can find the masked
/// values by trial: treat the keys as secrets.
/// </summary>
public sealed class MaskingOptions
{
    /// <summary>The section's usual name.</summary>
    internal const string Section = "Masking";

    /// <summary>The shortest key, in bytes: as long as the hash, the least that RFC 2104 recommends.</summary>
    internal const int MinKeyBytes = 32;

    /// <summary>
    /// The secret keys (<c>Masking:Keys</c>), one for each generation, the first generation first. Each is the base64
    /// text of at least 32 random bytes. To rotate, append a key. Generation n stands at index n-1, here or in
    /// <see cref="KeyFiles"/>; where it stands there, the text here is empty. At least one generation is required, and
    /// no key may occur twice.
    /// </summary>
    public IList<string> Keys { get; } = [];

    /// <summary>
    /// Files that hold one key each (<c>Masking:KeyFiles</c>), for mounted secrets. The content is the text that
    /// <see cref="Keys"/> takes; white space and line ends around it are allowed. The index is the generation, as in
    /// <see cref="Keys"/>. Files are read at start only.
    /// </summary>
    public IList<string> KeyFiles { get; } = [];

    /// <summary>
    /// The fields to mask (<c>Masking:Fields</c>). A list must name <c>ip</c> and <c>device_id</c>; where it leaves out
    /// <c>user_id</c>, user ids are stored as received.
    /// </summary>
    /// <value>
    /// Empty by default: the table decides. Its first process with an empty table masks all three fields, and one with
    /// rows in it masks <c>ip</c> and <c>device_id</c>.
    /// </value>
    public IList<string> Fields { get; } = [];

    /// <summary>How message ids are stored (<c>Masking:MessageIds</c>).</summary>
    /// <value>
    /// Null by default: the table decides. Its first process with an empty table stores <see cref="MessageIds.Keyed"/>
    /// ids, and one with rows in it <see cref="MessageIds.Raw"/> ones.
    /// </value>
    public MessageIds? MessageIds { get; set; }

    /// <summary>How values are masked (<c>Masking:Method</c>). Never mix two methods in one table.</summary>
    /// <value><see cref="MaskingMethod.Hmac"/> by default.</value>
    public MaskingMethod Method { get; set; }

    /// <summary>
    /// The methods of single fields (<c>Masking:Methods:ip</c>, <c>Masking:Methods:device_id</c>), by the field's name,
    /// where they differ from <see cref="Method"/>: see <see cref="MaskingMethods.Of"/>. A change takes a new
    /// generation: append a key, change the method, and run <c>rekey</c>.
    /// </summary>
    /// <value>Empty by default.</value>
    public IDictionary<string, MaskingMethod> Methods { get; } =
        new Dictionary<string, MaskingMethod>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Accepts a <see cref="Method"/> whose masks can be reversed (<c>Masking:AllowWeak</c>).</summary>
    /// <value>False by default.</value>
    public bool AllowWeak { get; set; }

    /// <summary>
    /// The method that masked the table before its masks were adopted under <see cref="MaskingMethod.Hmac"/>
    /// (<c>Masking:Former</c>). Each value is then hashed by that method first. Set it before the first row is written,
    /// and never change it afterwards.
    /// </summary>
    /// <value>
    /// <see cref="MaskingMethod.Sha256"/>, <see cref="MaskingMethod.SaltedSha256"/>, or null, the default.
    /// </value>
    public MaskingMethod? Former { get; set; }

    /// <summary>
    /// The text that <see cref="MaskingMethod.SaltedSha256"/> appends to each value (<c>Masking:Salt</c>). Required
    /// with that method, refused without it.
    /// </summary>
    public string? Salt { get; set; }

    /// <summary>The recoverable copy of masked values (<c>Masking:Vault</c>).</summary>
    public VaultOptions Vault { get; set; } = new();

    /// <summary>Whether values are sealed: <see cref="VaultOptions.PublicKeyFile"/> is set.</summary>
    public bool HasVault => !string.IsNullOrEmpty(Vault.PublicKeyFile);

    /// <summary>Whether there is a key of any generation, in <see cref="Keys"/> or <see cref="KeyFiles"/>.</summary>
    public bool HasKeys => Keys.Count + KeyFiles.Count > 0;

    /// <summary>Returns the method that masks a field.</summary>
    /// <param name="field">The field.</param>
    /// <returns>That of <see cref="Methods"/>, else <see cref="Method"/>.</returns>
    public MaskingMethod MethodOf(PiiField field) =>
        Methods.TryGetValue(field.Name(), out var method) ? method : Method;

    /// <summary>Whether the method or the former method appends the salt.</summary>
    internal bool UsesSalt => Method == MaskingMethod.SaltedSha256 || Former == MaskingMethod.SaltedSha256;

    /// <summary>Checks the settings. It reads the files of keys and of the vault's public key.</summary>
    /// <param name="section">The path of the settings' section, which begins every key in the problems.</param>
    /// <returns>
    /// Every problem, each with its setting and the remedy; empty where the settings are valid. No text quotes a key, a
    /// salt or a path.
    /// </returns>
    public IReadOnlyList<string> Validate(string section = Section) =>
        MaskingOptionsValidation.Problems(this, section);
}
