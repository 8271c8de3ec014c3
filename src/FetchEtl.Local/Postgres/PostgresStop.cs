namespace FetchEtl.Local;

/// <summary>How a server is stopped; the names are PostgreSQL's own shutdown modes.</summary>
public enum PostgresStop
{
    /// <summary>Open transactions are rolled back, clients disconnected, a checkpoint is written.</summary>
    Fast,

    /// <summary>Everything ends at once, as in a crash. The next start recovers from the write-ahead log.</summary>
    Immediate,
}
