namespace FetchEtl.Benchmarks;

/// <summary>How long an attacker tries.</summary>
internal sealed record AttackOptions
{
    /// <summary>For each sweep that may well succeed: those with unkeyed SHA-256.</summary>
    public required TimeSpan SweepLimit { get; init; }

    /// <summary>For each sweep under a guessed key, of which there is no last one: a sample.</summary>
    public required TimeSpan SampleLimit { get; init; }
}
