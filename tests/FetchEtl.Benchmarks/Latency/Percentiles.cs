using System.Globalization;

namespace FetchEtl.Benchmarks;

/// <summary>The percentiles of times, by the nearest-rank method.</summary>
internal sealed class Percentiles(IEnumerable<TimeSpan> times)
{
    private readonly TimeSpan[] _sorted = [.. times.Order()];

    /// <summary>Returns the smallest time that this percentage of the times do not exceed, in milliseconds.</summary>
    public double Of(int percent) =>
        _sorted[(int)Math.Ceiling(_sorted.Length * percent / 100.0) - 1].TotalMilliseconds;

    /// <summary>Returns p50, p95, p99 and the maximum in milliseconds, as cells of a table.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Of(50):N1} | {Of(95):N1} | {Of(99):N1} | {_sorted[^1].TotalMilliseconds:N1}");
}
