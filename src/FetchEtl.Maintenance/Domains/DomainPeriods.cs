using System.Globalization;

namespace FetchEtl.Maintenance;

/// <summary>Calendar rules of <see cref="DomainPeriod"/>. All dates are UTC.</summary>
internal static class DomainPeriods
{
    /// <summary>The name on the command line and in <c>reader_domains</c>.</summary>
    public static string Name(this DomainPeriod period) => period.ToString().ToLowerInvariant();

    public static bool TryParse(string? text, out DomainPeriod period)
    {
        period = Enum.GetValues<DomainPeriod>().FirstOrDefault(value => value.Name() == text);
        return period.Name() == text;
    }

    /// <summary>The first day of the period that a date is in; null where all time is one period.</summary>
    public static DateOnly? StartOf(this DomainPeriod period, DateOnly date) => period switch
    {
        DomainPeriod.Day => date,
        DomainPeriod.Week => date.AddDays(-(((int)date.DayOfWeek + 6) % 7)),
        DomainPeriod.Month => new DateOnly(date.Year, date.Month, 1),
        DomainPeriod.Quarter => new DateOnly(date.Year, date.Month - (date.Month - 1) % 3, 1),
        DomainPeriod.Year => new DateOnly(date.Year, 1, 1),
        _ => null,
    };

    /// <summary>
    /// The first day that is not shown. Only periods are shown that ended <paramref name="lagDays"/> days ago or
    /// earlier.
    /// </summary>
    public static DateOnly ShownUntil(this DomainPeriod period, DateOnly today, int lagDays)
    {
        var day = today.AddDays(-lagDays);
        return period.StartOf(day) ?? day.AddDays(1);
    }

    /// <summary>The text of a period in a mask's recipe, such as <c>month 2026-11-01</c>.</summary>
    public static string Text(this DomainPeriod period, DateOnly? start) => start is { } first
        ? $"{period.Name()} {first.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}"
        : period.Name();
}
