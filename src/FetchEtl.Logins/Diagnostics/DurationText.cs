using System.Globalization;

namespace FetchEtl.Logins;

/// <summary>Durations in the log.</summary>
internal static class DurationText
{
    /// <summary>In the two largest units, as in <c>2 h 5 min</c>; below ten seconds with a decimal.</summary>
    public static string Of(TimeSpan duration) => duration switch
    {
        { TotalSeconds: < 9.95 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0} s"),
        { TotalSeconds: < 59.5 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0} s"),
        { TotalHours: < 1 } => $"{duration.Minutes} min {duration.Seconds} s",
        { TotalDays: < 1 } => $"{duration.Hours} h {duration.Minutes} min",
        _ => $"{duration.Days} d {duration.Hours} h",
    };
}
