namespace FetchEtl.Sqs;

internal static class Durations
{
    /// <summary>The shorter of two times, or the earlier of two on one clock.</summary>
    public static TimeSpan Min(TimeSpan x, TimeSpan y) => x < y ? x : y;

    /// <summary>The longer of two times, or the later of two on one clock.</summary>
    public static TimeSpan Max(TimeSpan x, TimeSpan y) => x > y ? x : y;

    /// <summary>A duration in the unit of the timestamps of a clock.</summary>
    public static long InTimestamps(this TimeProvider clock, TimeSpan duration) =>
        (long)(duration.TotalSeconds * clock.TimestampFrequency);
}
