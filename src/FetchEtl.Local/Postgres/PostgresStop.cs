namespace FetchEtl.Local;

/// <summary>How a server stops. The names are the shutdown modes of PostgreSQL.</summary>
public enum PostgresStop
{
    /// <summary>The server rolls back open transactions, disconnects clients and writes a checkpoint.</summary>
    Fast,

    /// <summary>The server ends at once, as in a crash. The next start recovers from the write-ahead log.</summary>
    Immediate,
}
