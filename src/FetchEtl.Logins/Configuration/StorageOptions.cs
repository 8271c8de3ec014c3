namespace FetchEtl.Logins;

/// <summary>How rows are written (<c>Storage</c>).</summary>
public sealed class StorageOptions
{
    internal const int MaxBatchSize = 10_000;
    internal const int MaxWriters = 16;

    /// <summary>The largest number of rows per statement (<c>Storage:BatchSize</c>).</summary>
    /// <value>1 to 10,000; 1,000 by default.</value>
    public int BatchSize { get; set; } = 1000;

    /// <summary>
    /// The number of statements that run at a time, each on its own connection (<c>Storage:Writers</c>).
    /// </summary>
    /// <value>1 to 16; 2 by default.</value>
    public int Writers { get; set; } = 2;

    /// <summary>
    /// Whether a connection to a PostgreSQL on another machine must be encrypted and its server checked
    /// (<c>Storage:RequireTls</c>): <c>SSL Mode=VerifyFull</c> or <c>VerifyCA</c> in the connection string.
    /// </summary>
    /// <value>False by default; the log then warns at start.</value>
    public bool RequireTls { get; set; }
}
