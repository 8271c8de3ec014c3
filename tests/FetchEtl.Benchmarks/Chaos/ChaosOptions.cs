using FetchEtl.Local;

namespace FetchEtl.Benchmarks;

/// <summary>The options of a run. Every random decision of the run comes from the seed.</summary>
internal sealed record ChaosOptions
{
    /// <summary>Worker processes on the queue. Each stopped one gets a successor.</summary>
    public const int Workers = 3;

    public required int Seed { get; init; }

    /// <summary>Rounds of strikes, 1 or more. A round contains every kind of strike and takes about a minute.</summary>
    public int Minutes { get; init; } = 1;

    /// <summary>Messages sent during the strikes, 1 or more.</summary>
    public int Messages { get; init; } = 20_000;

    /// <summary>
    /// The kinds of strikes to draw from. With any, SQS fails only by those strikes. None: all kinds and all faults.
    /// </summary>
    public IReadOnlyCollection<StrikeKind> Only { get; init; } = [];

    /// <summary>Whether the table is partitioned by day, as with even seeds. With odd ones it is plain.</summary>
    public bool IsPartitioned => Seed % 2 == 0;

    /// <summary>The command line that repeats the run.</summary>
    public override string ToString() =>
        "dotnet run -c Release --project tests/FetchEtl.Benchmarks -- "
        + $"chaos --minutes {Minutes} --messages {Messages} --seed {Seed}"
        + (Only.Count == 0 ? "" : $" --only {string.Join(' ', Only)}");

    /// <summary>Whether the run contains strikes of this kind.</summary>
    public bool Includes(StrikeKind kind) => Only.Count == 0 || Only.Contains(kind);

    /// <summary>Whether the run contains faults of this kind.</summary>
    public bool Includes(SqsFaultKind kind) => Only.Count == 0 || kind switch
    {
        SqsFaultKind.Error => Only.Contains(StrikeKind.DenyDeletes),
        SqsFaultKind.MalformedMessage => Only.Contains(StrikeKind.MalformMessages),
        SqsFaultKind.StaleCounts or SqsFaultKind.Throttling => Only.Contains(StrikeKind.ReadStaleCounts),
        _ => false,
    };
}
