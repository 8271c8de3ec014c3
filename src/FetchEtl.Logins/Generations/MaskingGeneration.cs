namespace FetchEtl.Logins;

/// <summary>A row of <c>masking_generations</c>: a generation whose masks <c>user_logins</c> may hold.</summary>
internal sealed class MaskingGeneration
{
    /// <summary>The generation, from 1.</summary>
    public int Generation { get; init; }

    /// <summary>
    /// <see cref="KeyedPiiMasker.KeyCheck"/> of its key. Null for masks that are older than this table, until a process
    /// starts with their key.
    /// </summary>
    public string? KeyCheck { get; init; }

    /// <summary>
    /// <see cref="KeyedPiiMasker.GenerationMac"/>: proves that a holder of the keys wrote the row. Null in rows that
    /// are older than the column, until a process starts with their keys.
    /// </summary>
    public string? Mac { get; init; }

    /// <summary>
    /// What the processes of this generation mask and how, as text; <see cref="Mac"/> covers it. Null in rows that are
    /// older than the column, until a process starts with their keys.
    /// </summary>
    public string? Settings { get; init; }

    /// <summary>When the service first wrote masks of this generation, as far as this table knows.</summary>
    public DateTimeOffset FirstUsed { get; init; }
}
