using FetchEtl.Benchmarks.Estate;

namespace FetchEtl.Benchmarks.EndToEnd;

/// <summary>
/// One contender against another, round by round: both had their turn within a minute, so what slows the machine down slows both.
/// </summary>
internal sealed record Ratio(double Median, double Lowest, double Highest)
{
    public static Ratio Of(IEnumerable<RunFigures> runs, IEnumerable<RunFigures> others, Func<RunFigures, double> figure)
    {
        double[] ratios = [.. runs.Zip(others, (run, other) => figure(run) / figure(other))];
        return new Ratio(Estate.Median.Of(ratios), ratios.Min(), ratios.Max());
    }
}
