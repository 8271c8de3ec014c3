namespace FetchEtl.Benchmarks;

/// <summary>
/// A figure of one contender divided by that of another, round by round. The runs of a round follow each other, so a
/// slow machine is likely to slow both.
/// </summary>
internal sealed record Ratio(double Median, double Lowest, double Highest)
{
    /// <summary>Divides the figures of two contenders. The runs are in the order of the rounds.</summary>
    public static Ratio Of(
        IEnumerable<RunFigures> runs, IEnumerable<RunFigures> others, Func<RunFigures, double> figure)
    {
        double[] ratios = [.. runs.Zip(others, (run, other) => figure(run) / figure(other))];
        return new Ratio(Benchmarks.Median.Of(ratios), ratios.Min(), ratios.Max());
    }
}
