namespace FetchEtl.Maintenance;

/// <summary>The limits of rekeying and adoption.</summary>
public static class MaintenanceLimits
{
    /// <summary>
    /// The default number of blocks a transaction: some thousand rows, locked for some ten milliseconds.
    /// </summary>
    public const int DefaultBatchBlocks = 64;

    /// <summary>
    /// The most blocks a transaction. Their rows stand in memory, and a block of narrow rows holds over two hundred.
    /// </summary>
    public const int MaxBatchBlocks = 4096;

    /// <summary>
    /// The most walks over a table while other processes keep adding old values. What is left then is reported.
    /// </summary>
    internal const int MaxPasses = 5;
}
