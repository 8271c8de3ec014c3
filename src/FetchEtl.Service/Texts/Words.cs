using System.Globalization;

namespace FetchEtl.Service;

/// <summary>Numbers and times as a reader says them.</summary>
internal static class Words
{
    /// <summary>Digits in groups of three.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Count(long count, string unit) => string.Create(
        CultureInfo.InvariantCulture, $"{count:N0} {unit}{(count == 1 ? string.Empty : "s")}");

    /// <summary>In the largest unit that fits without a rest.</summary>
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

    public static string Depth(QueueFacts queue) => string.Create(
        CultureInfo.InvariantCulture,
        $"{queue.Visible:N0} visible, {queue.InFlight:N0} in flight, {queue.Delayed:N0} delayed");
}
