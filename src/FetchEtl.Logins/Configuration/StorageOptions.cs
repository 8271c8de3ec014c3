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

    /// <summary>The schema of the tables (<c>Storage:Schema</c>).</summary>
    /// <value>
    /// Null by default: the first schema of the connection's <c>search_path</c> that has them. Otherwise a name of
    /// letters, digits and underscores.
    /// </value>
    public string? Schema { get; set; }

    /// <summary>The name of the logins' table (<c>Storage:Table</c>).</summary>
    /// <value>
    /// <c>user_logins</c> by default. Otherwise a name of at most 40 letters, digits and underscores, since names of
    /// partitions and of what belongs to the table are built from it. PostgreSQL keeps upper and lower case apart.
    /// </value>
    public string Table { get; set; } = LoginTables.DefaultTable;
}
