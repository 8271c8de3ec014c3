using System.Globalization;
using FetchEtl.Maintenance;

namespace FetchEtl.Service;

/// <summary>The lists and the sentences of a report.</summary>
internal static class ReportSections
{
    public const string NoLogins = "There are no logins in this period.";

    public static IReadOnlyList<ReportSection> Of(LoginReport report)
    {
        if (report.Totals is not { Logins: > 0 and var logins })
        {
            return [];
        }

        return
        [
            Section("device-types", "Device types", "device type", report.DeviceTypes),
            Section("versions", "Versions", "version", report.Versions),
            Section("locales", "Locales", "locale", report.Locales),
            Masks("devices", "Most repeated devices", "device", report.Devices),
            Masks("addresses", "Most repeated addresses", "address", report.Addresses),
        ];

        ReportSection Section(string id, string title, string head, ReportList list) =>
            new(id, title, head, "logins", Rows(list, head, isMask: false), string.Empty, logins);

        ReportSection Masks(string id, string title, string head, ReportList list) => new(
            id,
            title,
            head,
            "logins",
            Rows(list, head, isMask: true),
            list.Groups.Any(group => group.Value is not null)
                ? $"Masks, not {Plural(head)}: equal masks are the same {head}.{Shared(report, head)}"
                : $"Only a mask that {report.MinK} people or more share is named.",
            logins);
    }

    /// <summary>The dead letters by reason; null where they are unknown.</summary>
    public static ReportSection? DeadLetters(LoginReport report) => report.DeadLetters is { } letters
        ? new ReportSection(
            "dead-letters", "Dead letters", "reason", "letters", Rows(letters.Reasons, "reason", isMask: false),
            LettersNote(letters, report.MinK), letters.Count ?? 0)
        : null;

    /// <summary>The period, and whether it is over.</summary>
    public static string Period(LoginReport report, DateTimeOffset now)
    {
        var days = report.Until.DayNumber - report.Since.DayNumber + 1;
        var dates = days == 1 ? LongDate(report.Since) : $"{LongDate(report.Since)} to {LongDate(report.Until)}";
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var open = report.Until > today ? ", and part of it is still to come"
            : report.Until == today ? ", and the last one is not over"
            : string.Empty;
        return days == 1
            ? $"{dates}, a day of UTC{(open.Length == 0 ? string.Empty : ", which is not over")}"
            : $"{dates}: {Words.Number(days)} days of UTC{open}";
    }

    /// <summary>What a report says instead of numbers.</summary>
    public static string Withheld(LoginReport report) =>
        $"Fewer than {report.MinK} people logged in during this period, as far as user ids show, so no number of "
        + "theirs is shown.";

    /// <summary>The merged days in words; empty where there are none.</summary>
    public static string OtherDays(ReportOther? other, int minK, string unit) => other is null
        ? string.Empty
        : $"{Words.Count(other.Groups, "day")} of few people (fewer than {minK}, or merged with such a day): "
            + $"{Words.Number(other.Count)} {unit} together, not shown by day.";

    /// <summary>The days without a number of new devices, in words; empty where there are none.</summary>
    public static string OtherNewDevices(LoginReport report, string unit) =>
        report.OtherNewDevices is null && report.Days.Any(day => day.NewDevices is null)
            ? "Too few people had new devices in this period, so no number of them is shown."
            : OtherDays(report.OtherNewDevices, report.MinK, unit);

    /// <summary>The columns whose values count several times; empty where there are none.</summary>
    public static string Mixed(LoginReport report) => report.MixedGenerations.Count == 0
        ? string.Empty
        : string.Join(" and ", report.MixedGenerations.Select(column =>
            $"{column.Column} has masks of generations {string.Join(", ", column.Generations)}"))
        + ", so one value counts as several: run 'fetch-etl rekey' first.";

    /// <summary>How groups are merged.</summary>
    public static string Rule(LoginReport report) => report.MinK > 1
        ? $"No group of fewer than {report.MinK} people is named: such groups are part of \"other\", as are those "
            + $"beyond the {report.Top} largest."
        : "Groups of any size are named (--min-k 1): this report can single out people, so do not send it on.";

    /// <summary>As in <c>3 November 2026</c>.</summary>
    public static string LongDate(DateOnly date) => date.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);

    private static IReadOnlyList<ReportRow> Rows(ReportList list, string unit, bool isMask)
    {
        var rows = list.Groups.Select(group => group.Value switch
        {
            null => new ReportRow($"no {unit}", group.Count, IsValue: false),
            "" => new ReportRow("(empty)", group.Count, IsValue: false),
            _ => new ReportRow(group.Value, group.Count, IsValue: true, isMask),
        });
        return list.Other is { } other
            ? [.. rows, new ReportRow(
                $"other ({Words.Number(other.Groups)} {(other.Groups == 1 ? unit : Plural(unit))})",
                other.Count,
                IsValue: false,
                IsOther: true)]
            : [.. rows];
    }

    private static string Shared(LoginReport report, string head) =>
        report.MinK > 1 ? $" Each {head} that is named is shared by {report.MinK} people or more." : string.Empty;

    private static string LettersNote(ReportLetters letters, int minK) => letters switch
    {
        { Problem: { } problem } => $"Not counted. {problem}",
        { Count: null } => $"{letters.Queue} holds fewer than {minK} letters, so no number is shown.",
        { Count: 0 } => $"{letters.Queue} brought no letter.",
        { AllSeen: false } =>
            $"{Words.Count(letters.Count.Value, "letter")} of {letters.Queue} at the time of the report, whatever "
            + "their date. More were not seen.",
        _ => $"{Words.Count(letters.Count.Value, "letter")} of {letters.Queue} at the time of the report, whatever "
            + "their date.",
    };

    private static string Plural(string unit) => unit == "address" ? "addresses" : $"{unit}s";
}
