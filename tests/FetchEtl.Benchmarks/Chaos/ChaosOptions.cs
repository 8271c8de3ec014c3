namespace FetchEtl.Benchmarks;

/// <summary>What decides a run: all that is drawn in it is drawn from the seed.</summary>
internal sealed record ChaosOptions
{
    /// <summary>Worker processes on the queue; each killed one has a successor.</summary>
    public const int Workers = 3;

    public required int Seed { get; init; }

    /// <summary>Rounds of strikes. A round holds every kind of strike and takes about a minute. 1 or more.</summary>
    public int Minutes { get; init; } = 1;

    /// <summary>Messages sent while the strikes go on. 1 or more.</summary>
    public int Messages { get; init; } = 20_000;

    /// <summary>The command line that repeats the run.</summary>
    public override string ToString() =>
        $"dotnet run -c Release --project tests/FetchEtl.Benchmarks -- chaos --minutes {Minutes} --messages {Messages} --seed {Seed}";
}
