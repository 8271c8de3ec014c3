using System.Globalization;
using FetchEtl.Logins;

namespace FetchEtl.Service;

/// <summary>Numbers and times as a reader says them.</summary>
internal static class Words
{
    /// <summary>Digits in groups of three.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Count(long count, string unit) => string.Create(
        CultureInfo.InvariantCulture, $"{count:N0} {unit}{(count == 1 ? string.Empty : "s")}");

    /// <summary>A size in the largest unit that leaves at least one, as in <c>1.5 GB</c>.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1_000 => Count(bytes, "byte"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.#} kB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:#,0.#} GB"),
    };

    /// <summary>A duration in the two units that say most, as in <c>2 h 5 min</c>.</summary>
    public static string Duration(TimeSpan duration) => duration switch
    {
        { TotalSeconds: 0 } => "0 s",
        { TotalMilliseconds: < 999.5 } => string.Create(
            CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0} ms"),
        { TotalSeconds: < 9.95 } when duration.Milliseconds > 0 => string.Create(
            CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0} s"),
        { TotalSeconds: < 59.5 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0} s"),
        { TotalMinutes: < 60 } => Two(duration.TotalSeconds, 60, "min", "s"),
        { TotalHours: < 24 } => Two(duration.TotalMinutes, 60, "h", "min"),
        _ => Two(duration.TotalHours, 24, "d", "h"),
    };

    /// <summary>As in <c>--partition-by</c>.</summary>
    public static string Of(PartitionInterval interval) => interval == PartitionInterval.Month ? "month" : "day";

    /// <summary>A setting's time, in the largest unit that fits without a rest.</summary>
    public static string Of(TimeSpan time)
    {
        var seconds = (long)time.TotalSeconds;
        return seconds switch
        {
            0 => "0 seconds",
            _ when seconds % 86_400 == 0 => Count(seconds / 86_400, "day"),
            _ when seconds % 3_600 == 0 => Count(seconds / 3_600, "hour"),
            _ when seconds % 60 == 0 => Count(seconds / 60, "minute"),
            _ => Count(seconds, "second"),
        };
    }

    private static string Two(double amount, int size, string large, string small)
    {
        var whole = (long)Math.Round(amount, MidpointRounding.AwayFromZero);
        return whole % size == 0 ? $"{whole / size} {large}" : $"{whole / size} {large} {whole % size} {small}";
    }

    public static string Depth(QueueFacts queue) => string.Create(
        CultureInfo.InvariantCulture,
        $"{queue.Visible:N0} visible, {queue.InFlight:N0} in flight, {queue.Delayed:N0} delayed");
}
