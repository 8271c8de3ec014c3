namespace FetchEtl.Logins;

/// <summary>
/// The settings of the library. In the configuration section that <c>AddLogins</c> gets, they are
/// <c>ConnectionStrings:Logins</c>, <c>Storage:…</c>, <c>Masking:…</c> and <c>AppVersion:…</c>. The host checks them at
/// start and reports all problems at once.
/// </summary>
public sealed class LoginsOptions
{
    /// <summary>
    /// Npgsql's connection string (<c>ConnectionStrings:Logins</c>). Required. To detect a server that stopped
    /// answering, set <c>Keepalive</c> or <c>Tcp Keepalive</c> in it.
    /// </summary>
    public string? ConnectionString { get; set; }

    /// <summary>How rows are written (<c>Storage</c>).</summary>
    public StorageOptions Storage { get; set; } = new();

    /// <summary>What is masked, how, and under which keys (<c>Masking</c>).</summary>
    public MaskingOptions Masking { get; set; } = new();

    /// <summary>How versions become integers (<c>AppVersion</c>).</summary>
    public AppVersionOptions AppVersion { get; set; } = new();

    /// <summary>
    /// What stands before each key: the path of the configuration section with a colon, or nothing for the root.
    /// </summary>
    internal string KeyPrefix { get; set; } = string.Empty;

    /// <summary>The problems of keys that stand in no section of the library.</summary>
    internal IReadOnlyList<string> UnknownKeys { get; set; } = [];

    /// <summary>The problems of sections that could not be bound, by the name of the section.</summary>
    internal Dictionary<string, IReadOnlyList<string>> UnboundSections { get; } = [];
}
