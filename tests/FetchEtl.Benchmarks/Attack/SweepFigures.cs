namespace FetchEtl.Benchmarks;

/// <summary>A sweep in figures.</summary>
internal sealed record SweepFigures
{
    /// <summary>The columns that <see cref="ToString"/> fills.</summary>
    public const string Header = "method  field      taken for              recovered     seconds  candidates tried    of all     M/s";

    /// <summary>How the masks were made.</summary>
    public required string Method { get; init; }

    public required string Field { get; init; }

    /// <summary>What the attacker took them to be.</summary>
    public required string TakenFor { get; init; }

    public required int Recovered { get; init; }

    public required int Masks { get; init; }

    public required double Seconds { get; init; }

    public required long Tried { get; init; }

    /// <summary>How many values the field can have.</summary>
    public required long Candidates { get; init; }

    public double MillionsPerSecond => Tried / Seconds / 1e6;

    /// <summary>A line of the table for people.</summary>
    public override string ToString() =>
        $"{Method,-8}{Field,-11}{TakenFor,-20}{$"{Recovered} of {Masks}",12}{Seconds,12:F1}{Tried,18:N0}{(double)Tried / Candidates,10:P1}{MillionsPerSecond,8:F1}";
}
