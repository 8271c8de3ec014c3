using System.Globalization;
using FetchEtl.Maintenance;
using Spectre.Console;

namespace FetchEtl.Service;

/// <summary>Prints a report for people.</summary>
internal static class ReportText
{
    private const int LabelLength = 30;
    private const int MaskLength = 10;
    private const int BarLength = 20;
    private const string BarHead = "of the largest";

    /// <summary>More days are printed by week.</summary>
    private const int MostDays = 62;

    public static void Write(IAnsiConsole console, LoginReport report, DateTimeOffset now)
    {
        Say(console, $"{ReportSections.Period(report, now)}.");
        if (report.Totals is not { } totals)
        {
            Say(console, ReportSections.Withheld(report));
        }
        else
        {
            Say(
                console,
                $"{Words.Count(totals.Logins, "login")} of {Words.Count(totals.Users, "user")}, from "
                + $"{Words.Count(totals.Devices, "device")} and {Words.Number(totals.Addresses)} "
                + $"{(totals.Addresses == 1 ? "address" : "addresses")}.");
            if (totals.Logins > 0)
            {
                WriteDays(console, report);
                WriteMissing(console, report);
            }
        }

        foreach (var section in ReportSections.Of(report))
        {
            Write(console, section);
        }

        if (ReportSections.DeadLetters(report) is { } letters)
        {
            Write(console, letters);
        }

        Say(console, string.Empty);
        Say(console, ReportSections.Rule(report));
        SayAny(console, ReportSections.Mixed(report));
    }

    private static void Write(IAnsiConsole console, ReportSection section)
    {
        Say(console, string.Empty);
        if (section.Rows.Count > 0)
        {
            // Without a named group there is no bar, and no column for one.
            var heads = new[] { section.Head, section.Unit, "share", BarHead };
            var columns = section.Most > 0 ? heads.Length : heads.Length - 1;
            var table = Table(section.Title, heads[..columns]);
            foreach (var row in section.Rows)
            {
                var share = RiskWords.Share((double)row.Count / section.Total);
                var bar = row.IsOther ? string.Empty : Bar(console, row.Count, section.Most);
                Add(table, [.. new[] { Label(row), Words.Number(row.Count), share, bar }.Take(columns)]);
            }

            console.Write(table);
            SayAny(console, section.Note);
        }
        else
        {
            Say(console, $"{section.Title}: {section.Note}");
        }
    }

    private static void WriteDays(IAnsiConsole console, LoginReport report)
    {
        var byWeek = report.Days.Count > MostDays;
        var rows = byWeek
            ? report.Days.GroupBy(day => day.Date.AddDays(-(((int)day.Date.DayOfWeek + 6) % 7))).Select(week =>
                new ReportDay(week.Key, Sum(week, day => day.Logins), Sum(week, day => day.NewDevices))).ToList()
            : report.Days;
        var table = Table(
            byWeek ? "Weeks" : "Days", byWeek ? "week of" : "day (UTC)", "logins", "new devices", BarHead);
        var most = rows.Max(day => day.Logins ?? 0);
        foreach (var day in rows)
        {
            Add(
                table,
                day.Date.ToString("yyyy-MM-dd ddd", CultureInfo.InvariantCulture),
                Count(day.Logins),
                Count(day.NewDevices),
                Bar(console, day.Logins ?? 0, most));
        }

        Say(console, string.Empty);
        console.Write(table);
        SayAny(console, ReportSections.OtherDays(report.OtherDays, report.MinK, "logins"));
        SayAny(console, ReportSections.OtherNewDevices(report, "new devices"));
    }

    private static long? Sum(IEnumerable<ReportDay> days, Func<ReportDay, long?> count) =>
        days.Select(count).Where(number => number is not null).Aggregate(
            (long?)null, (sum, number) => (sum ?? 0) + number);

    private static void WriteMissing(IAnsiConsole console, LoginReport report)
    {
        var table = Table("Missing values", "column", "share of logins");
        foreach (var missing in report.Missing)
        {
            table.AddRow(missing.Column, missing.Share is { } share ? RiskWords.Share(share) : "few people");
        }

        Say(console, string.Empty);
        console.Write(table);
    }

    private static Table Table(string title, params string[] heads)
    {
        var table = new Table().Border(TableBorder.Rounded).Title(title);
        for (var i = 0; i < heads.Length; i++)
        {
            var head = new TableColumn(heads[i]) { NoWrap = true };
            table.AddColumn(i is 1 or 2 ? head.RightAligned() : head);
        }

        return table;
    }

    /// <summary>Adds a row. The fourth text is a bar.</summary>
    private static void Add(Table table, params string[] texts) => table.AddRow(
        texts.Select((text, i) => new Text(text, i == 3 ? new Style(Color.Blue) : Style.Plain)));

    private static string Count(long? count) => count is { } number ? Words.Number(number) : "few people";

    private static string Label(ReportRow row)
    {
        var text = PrintableText.Of(row.Label);
        var length = row is { IsMask: true } && text.Contains(':', StringComparison.Ordinal) ? MaskLength : LabelLength;
        return text.Length <= length ? text : $"{Cut(text, length - 1)}…";
    }

    /// <summary>The first characters of a text, without half of a pair.</summary>
    private static string Cut(string text, int length) =>
        text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];

    private static string Bar(IAnsiConsole console, long count, long most) => new(
        console.Profile.Capabilities.Unicode ? '█' : '#',
        most == 0 ? 0 : (int)Math.Ceiling((double)count * BarLength / most));

    private static void SayAny(IAnsiConsole console, string line)
    {
        if (line.Length > 0)
        {
            Say(console, line);
        }
    }

    private static void Say(IAnsiConsole console, string line) =>
        console.Write(new Text($"{PrintableText.Of(line)}\n"));
}
