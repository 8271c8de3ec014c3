using System.Globalization;

namespace FetchEtl.Service;

/// <summary>
/// Measures the rate of work over the last half minute, and estimates from that rate how long the rest takes.
/// Thread-safe.
/// </summary>
/// <param name="unit">What is counted, in the plural.</param>
/// <param name="time">The clock.</param>
internal sealed class ProgressMeter(string unit, TimeProvider time) : IProgress<WorkProgress>
{
    private const int MostSamples = 60;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(100);

    private readonly Lock _lock = new();
    private readonly Queue<(long At, long Done)> _samples = new();
    private WorkProgress _last;
    private long _sampledAt;

    /// <summary>The last report; all zero before the first.</summary>
    public WorkProgress Last
    {
        get
        {
            lock (_lock)
            {
                return _last;
            }
        }
    }

    /// <summary>Takes a report. Parallel work may report out of order: less than before is ignored.</summary>
    public void Report(WorkProgress value)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            var isNew = _samples.Count == 0 || value.Stage != _last.Stage;
            if (isNew)
            {
                _samples.Clear();
            }
            else if (value.Done < _last.Done)
            {
                return;
            }

            _last = value;
            if (isNew || time.GetElapsedTime(_sampledAt, now) >= Window / MostSamples)
            {
                _samples.Enqueue((now, value.Done));
                _sampledAt = now;
            }

            // The oldest sample that is kept is the last one outside the window.
            while (_samples.Count > 2 && time.GetElapsedTime(_samples.ElementAt(1).At, now) > Window)
            {
                _samples.Dequeue();
            }
        }
    }

    /// <summary>The rate, and the time that the rest takes, as in <c>1,500/s, 25 s left</c>.</summary>
    public string DescribeRate()
    {
        var (_, rate, left) = Measure();
        return (rate, left) switch
        {
            (null, _) => string.Empty,
            ({ } known, null) => $"{Rate(known)}/s",
            ({ } known, { } rest) => $"{Rate(known)}/s, {Text(rest)} left",
        };
    }

    /// <summary>
    /// All of it as a line, as in <c>12,000 of 50,000 messages (24 %), 1,500 a second, 25 s left</c>.
    /// </summary>
    public string Describe()
    {
        var (last, rate, left) = Measure();
        var stage = last.Stage is { } name ? $"{name}: " : string.Empty;
        var count = last.Total is { } total
            ? $"{Words.Number(last.Done)} of {Words.Number(total)} {unit} ({100 * last.Done / Math.Max(1, total)} %)"
            : $"{Words.Number(last.Done)} {unit}";
        return stage + count
            + (rate is { } known ? $", {Rate(known)} a second" : string.Empty)
            + (left is { } rest ? $", {Text(rest)} left" : string.Empty);
    }

    /// <summary>The time that the rest takes, in whole seconds upwards: 0 s only when nothing is left.</summary>
    internal static string Text(TimeSpan left) => left < Longest
        ? Words.Duration(TimeSpan.FromSeconds(Math.Ceiling(left.TotalSeconds)))
        : $"more than {Words.Duration(Longest)}";

    private (WorkProgress Last, double? Rate, TimeSpan? Left) Measure()
    {
        lock (_lock)
        {
            if (!_samples.TryPeek(out var first))
            {
                return (_last, null, null);
            }

            // Up to now, not up to the last report: work that stands still slows down.
            var elapsed = time.GetElapsedTime(first.At);
            var done = _last.Done - first.Done;
            if (elapsed < TimeSpan.FromSeconds(1) || done <= 0)
            {
                return (_last, null, null);
            }

            var rate = done / elapsed.TotalSeconds;
            var seconds = (_last.Total - _last.Done) / rate;
            return (_last, rate, seconds is { } rest and >= 0 and < 1e9 ? TimeSpan.FromSeconds(rest) : null);
        }
    }

    private static string Rate(double rate) =>
        rate.ToString(rate < 9.95 ? "0.0" : "N0", CultureInfo.InvariantCulture);
}
