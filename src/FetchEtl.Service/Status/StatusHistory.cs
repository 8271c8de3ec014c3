using System.Globalization;

namespace FetchEtl.Service;

/// <summary>The work of the last minutes, one sample a second. Thread-safe.</summary>
internal sealed class StatusHistory
{
    /// <summary>The chart shows five minutes.</summary>
    public const int Seconds = 300;

    private const int SecondsAPoint = 5;

    /// <summary>The samples are not exactly a second apart.</summary>
    private const double Jitter = 0.5;

    private const int Points = Seconds / SecondsAPoint;
    private const double Width = 300;
    private const double Height = 60;

    /// <summary>The base line and the half of a line's width stay inside.</summary>
    private const double Margin = 1.5;

    private readonly Lock _lock = new();
    private readonly List<WorkTotals> _samples = new(Seconds + 2);
    private WorkTotals? _lastMinuteWithWork;
    private TimeSpan? _receivedAt;

    public void Add(WorkTotals totals)
    {
        lock (_lock)
        {
            if (totals.Received > (_samples.Count == 0 ? 0 : _samples[^1].Received))
            {
                _receivedAt = totals.At;
            }

            _samples.Add(totals);
            while (_samples.Count > 2 && totals.At - _samples[1].At >= TimeSpan.FromSeconds(Seconds))
            {
                _samples.RemoveAt(0);
            }

            if (Since_NeedsLock(TimeSpan.FromMinutes(1)) is { Statements: > 0 } minute)
            {
                _lastMinuteWithWork = minute;
            }
        }
    }

    /// <summary>The work of the last minute in which a statement was committed; empty before the first.</summary>
    public WorkTotals LastMinuteWithWork
    {
        get
        {
            lock (_lock)
            {
                return _lastMinuteWithWork ?? new WorkTotals();
            }
        }
    }

    /// <summary>The first sample that counts the last message received; null before the first message.</summary>
    public TimeSpan? ReceivedAt
    {
        get
        {
            lock (_lock)
            {
                return _receivedAt;
            }
        }
    }

    /// <summary>The work of the last time that is at least as long as this, where there are samples.</summary>
    public WorkTotals Since(TimeSpan time)
    {
        lock (_lock)
        {
            return Since_NeedsLock(time);
        }
    }

    /// <summary>
    /// Draws rates into a field of 300 by 60, the newest on the right. A rate is the mean of the five seconds before a
    /// sample, and a point the highest of five samples. So a burst keeps its height while it moves through the chart,
    /// whichever points it falls between.
    /// </summary>
    public StatusChart Draw()
    {
        var (received, written) = (new double[Points], new double[Points]);
        lock (_lock)
        {
            for (var (i, j) = (1, 0); i < _samples.Count; i++)
            {
                var sample = _samples[i];
                while ((sample.At - _samples[j + 1].At).TotalSeconds >= SecondsAPoint - Jitter)
                {
                    j++;
                }

                var age = (_samples[^1].At - sample.At).TotalSeconds;
                var point = Points - 1 - (int)(age / SecondsAPoint);
                if (point >= 0)
                {
                    var before = _samples[j];
                    var seconds = Math.Max(SecondsAPoint, (sample.At - before.At).TotalSeconds);
                    received[point] = Math.Max(received[point], (sample.Received - before.Received) / seconds);
                    written[point] = Math.Max(written[point], (sample.Written - before.Written) / seconds);
                }
            }
        }

        var peak = Math.Max(received.Max(), written.Max());
        var line = Line(written, peak);
        return new StatusChart(
            Line(received, peak), line, $"0,{Text(Height)} {line} {Text(Width)},{Text(Height)}", peak);
    }

    private WorkTotals Since_NeedsLock(TimeSpan time)
    {
        if (_samples.Count == 0)
        {
            return new WorkTotals();
        }

        var newest = _samples[^1];
        return newest.Since(_samples.FindLast(sample => newest.At - sample.At >= time) ?? _samples[0]);
    }

    private static string Line(double[] rates, double peak) => string.Join(' ', rates.Select((rate, i) =>
    {
        var share = peak > 0 ? rate / peak : 0;
        return $"{Text(i * Width / (Points - 1))},{Text(Height - Margin - (share * (Height - (2 * Margin))))}";
    }));

    private static string Text(double number) => number.ToString("0.#", CultureInfo.InvariantCulture);
}

/// <summary>Points of SVG lines.</summary>
/// <param name="Received">Messages received a second.</param>
/// <param name="Written">Rows written a second.</param>
/// <param name="Area">The area below the written ones.</param>
/// <param name="Peak">The highest rate of both.</param>
internal sealed record StatusChart(string Received, string Written, string Area, double Peak);
