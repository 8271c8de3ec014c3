namespace FetchEtl.Benchmarks;

/// <summary>The time limits of an attack.</summary>
internal sealed record AttackOptions
{
    /// <summary>The limit of each sweep with unkeyed SHA-256, which can try all candidates.</summary>
    public required TimeSpan SweepLimit { get; init; }

    /// <summary>The limit of each sweep under one key. It is a sample, because nobody can try all keys.</summary>
    public required TimeSpan SampleLimit { get; init; }
}
