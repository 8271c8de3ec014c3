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

    /// <summary>The command line that repeats the run.</summary>
    public override string ToString() =>
        "dotnet run -c Release --project tests/FetchEtl.Benchmarks -- "
        + $"chaos --minutes {Minutes} --messages {Messages} --seed {Seed}";
}
