namespace FetchEtl.Logins;

/// <summary>What bounds a lift.</summary>
internal static class LiftLimits
{
    /// <summary>Blocks a transaction: some thousand rows, locked for some ten milliseconds.</summary>
    public const int DefaultBatchBlocks = 64;

    /// <summary>The most blocks a transaction: their rows, of which a block of narrow ones holds over two hundred, stand in memory.</summary>
    public const int MaxBatchBlocks = 4096;

    /// <summary>Walks over a table that somebody goes on filling with what should be lifted, until that is told instead.</summary>
    public const int MaxPasses = 5;
}
