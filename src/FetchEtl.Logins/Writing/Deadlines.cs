namespace FetchEtl.Logins;

/// <summary>Deadlines as timestamps of a time provider, which no change of the clock moves.</summary>
internal static class Deadlines
{
    /// <summary>The timestamp at which the span will have passed.</summary>
    public static long TimestampAfter(this TimeProvider time, TimeSpan span) =>
        time.GetTimestamp() + (long)(span.TotalSeconds * time.TimestampFrequency);

    /// <summary>
    /// How long until a timestamp. Never negative, and in whole milliseconds, rounded up: a timer that fires too early
    /// would only be set again.
    /// </summary>
    /// <param name="time">The clock.</param>
    /// <param name="timestamp">The timestamp.</param>
    /// <param name="later">Added to the wait.</param>
    public static TimeSpan TimeUntil(this TimeProvider time, long timestamp, TimeSpan later = default)
    {
        var rest = later - time.GetElapsedTime(timestamp);
        return rest > TimeSpan.Zero ? TimeSpan.FromMilliseconds(Math.Ceiling(rest.TotalMilliseconds)) : TimeSpan.Zero;
    }
}
