namespace FetchEtl.Maintenance;

/// <summary>A partition of <c>user_logins</c>, or a table that was one.</summary>
/// <param name="Name">The name, quoted for SQL.</param>
/// <param name="From">
/// The first day, <see cref="DateOnly.MinValue"/> where it has no lower bound; null where it holds no range of days.
/// </param>
/// <param name="To">
/// The first day behind it, <see cref="DateOnly.MaxValue"/> where it has no upper bound; null where it holds no
/// range of days.
/// </param>
/// <param name="EstimatedRows">The rows that PostgreSQL estimates; null where it was never analyzed.</param>
/// <param name="Bytes">The size on disk, with indexes.</param>
public sealed record Partition(string Name, DateOnly? From, DateOnly? To, long? EstimatedRows, long Bytes)
{
    /// <summary>Whether it takes the rows that no other partition takes: those without a date.</summary>
    public bool IsDefault { get; init; }

    /// <summary>Whether it is a range, and not one of days: retention cannot judge it.</summary>
    public bool IsOtherRange { get; init; }

    /// <summary>Whether it is a plain table: retention leaves others alone.</summary>
    public bool IsPlain { get; init; } = true;

    /// <summary>Whether a <c>DETACH … CONCURRENTLY</c> of it was interrupted.</summary>
    public bool IsDetachPending { get; init; }

    /// <summary>Whether it is detached already.</summary>
    public bool IsDetached { get; init; }

    /// <summary>Whether a run that was interrupted detached it in order to drop it.</summary>
    public bool IsDropPending { get; init; }
}
