namespace FetchEtl.Benchmarks;

/// <summary>
/// One contender against another, round by round: their turns follow each other, so what slows the machine down is likely to slow both.
/// </summary>
internal sealed record Ratio(double Median, double Lowest, double Highest)
{
    public static Ratio Of(IEnumerable<RunFigures> runs, IEnumerable<RunFigures> others, Func<RunFigures, double> figure)
    {
        double[] ratios = [.. runs.Zip(others, (run, other) => figure(run) / figure(other))];
        return new Ratio(Benchmarks.Median.Of(ratios), ratios.Min(), ratios.Max());
    }
}
