using System.Globalization;

namespace FetchEtl.Benchmarks;

/// <summary>Times, told by what half, 95% and 99% of them stay within.</summary>
internal sealed class Percentiles(IEnumerable<TimeSpan> times)
{
    private readonly TimeSpan[] _sorted = [.. times.Order()];

    /// <summary>The smallest time that so many percent do not exceed, in milliseconds.</summary>
    public double Of(int percent) => _sorted[(int)Math.Ceiling(_sorted.Length * percent / 100.0) - 1].TotalMilliseconds;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Of(50):N1} | {Of(95):N1} | {Of(99):N1} | {_sorted[^1].TotalMilliseconds:N1}");
}
