namespace FetchEtl.Logins;

/// <summary>
/// The settings of the library. From configuration they come as <c>ConnectionStrings:Logins</c>, <c>Storage:…</c>,
/// <c>Masking:…</c> and <c>AppVersion:…</c>. All are checked at start, and all problems are named at once.
/// </summary>
public sealed class LoginsOptions
{
    /// <summary>
    /// Npgsql's connection string (<c>ConnectionStrings:Logins</c>). Required. To notice a peer that went silent, set
    /// <c>Keepalive</c> or <c>Tcp Keepalive</c> in it.
    /// </summary>
    public string? ConnectionString { get; set; }

    /// <summary>How rows are written (<c>Storage</c>).</summary>
    public StorageOptions Storage { get; set; } = new();

    /// <summary>What is masked, how, and under which keys (<c>Masking</c>).</summary>
    public MaskingOptions Masking { get; set; } = new();

    /// <summary>How versions become integers (<c>AppVersion</c>).</summary>
    public AppVersionOptions AppVersion { get; set; } = new();
}
