namespace FetchEtl.Benchmarks;

/// <summary>The figures of a sweep.</summary>
internal sealed record SweepFigures
{
    /// <summary>The header of the lines that <see cref="ToString"/> returns.</summary>
    public const string Header =
        "method  field      attacked as            recovered     seconds  candidates tried    of all     M/s";

    /// <summary>The method that masked the values.</summary>
    public required string Method { get; init; }

    public required string Field { get; init; }

    /// <summary>The hash that the attack assumed.</summary>
    public required string TakenFor { get; init; }

    /// <summary>How many masks the sweep reversed.</summary>
    public required int Recovered { get; init; }

    /// <summary>How many masks the column holds.</summary>
    public required int Masks { get; init; }

    public required double Seconds { get; init; }

    /// <summary>How many candidates were hashed.</summary>
    public required long Tried { get; init; }

    /// <summary>How many values the field can have.</summary>
    public required long Candidates { get; init; }

    public double MillionsPerSecond => Tried / Seconds / 1e6;

    /// <summary>Returns one line of the table.</summary>
    public override string ToString() =>
        $"{Method,-8}{Field,-11}{TakenFor,-20}{$"{Recovered} of {Masks}",12}{Seconds,12:F1}{Tried,18:N0}"
        + $"{(double)Tried / Candidates,10:P1}{MillionsPerSecond,8:F1}";
}
