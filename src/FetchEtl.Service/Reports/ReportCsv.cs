using System.Globalization;
using System.Text;
using FetchEtl.Maintenance;

namespace FetchEtl.Service;

/// <summary>
/// A report as one table of comma-separated values, as RFC 4180 says: a number of the report is a line.
/// </summary>
internal static class ReportCsv
{
    private const string LineEnd = "\r\n";

    /// <summary>Characters with which a text becomes a formula in a spreadsheet.</summary>
    private const string FormulaStarts = "=+-@";

    public static string Of(LoginReport report)
    {
        var csv = new StringBuilder();
        Line(csv, "section", "kind", "item", "groups", "value");
        Value(csv, "period", "since", Date(report.Since));
        Value(csv, "period", "until", Date(report.Until));
        Value(csv, "period", "min_k", Number(report.MinK));
        if (report.Totals is { } totals)
        {
            Value(csv, "totals", "logins", Number(totals.Logins));
            Value(csv, "totals", "users", Number(totals.Users));
            Value(csv, "totals", "devices", Number(totals.Devices));
            Value(csv, "totals", "addresses", Number(totals.Addresses));
        }

        foreach (var missing in report.Missing)
        {
            Value(csv, "missing", missing.Column, missing.Share?.ToString("0.######", CultureInfo.InvariantCulture));
        }

        Days(csv, "days", report.Days, day => day.Logins, report.OtherDays);
        Days(csv, "new_devices", report.Days, day => day.NewDevices, report.OtherNewDevices);
        List(csv, "device_types", report.DeviceTypes);
        List(csv, "locales", report.Locales);
        List(csv, "versions", report.Versions);
        List(csv, "devices", report.Devices);
        List(csv, "addresses", report.Addresses);
        if (report.DeadLetters is { } letters)
        {
            Value(csv, "dead_letters", "all", letters.Count is { } count ? Number(count) : null);
            List(csv, "dead_letter_reasons", letters.Reasons);
        }

        return csv.ToString();
    }

    private static void Days(
        StringBuilder csv,
        string section,
        IReadOnlyList<ReportDay> days,
        Func<ReportDay, long?> count,
        ReportOther? other)
    {
        foreach (var day in days)
        {
            Value(csv, section, Date(day.Date), count(day) is { } number ? Number(number) : null);
        }

        Other(csv, section, other);
    }

    private static void List(StringBuilder csv, string section, ReportList list)
    {
        foreach (var group in list.Groups)
        {
            if (group.Value is null)
            {
                Line(csv, section, "null", string.Empty, "1", Number(group.Count));
            }
            else
            {
                Value(csv, section, group.Value, Number(group.Count));
            }
        }

        Other(csv, section, list.Other);
    }

    private static void Other(StringBuilder csv, string section, ReportOther? other)
    {
        if (other is not null)
        {
            Line(csv, section, "other", string.Empty, Number(other.Groups), Number(other.Count));
        }
    }

    /// <summary>A value that is merged or unknown is a line of its own kind without a number.</summary>
    private static void Value(StringBuilder csv, string section, string item, string? value) =>
        Line(csv, section, value is null ? "merged" : "value", Text(item), "1", value ?? string.Empty);

    private static void Line(StringBuilder csv, params IEnumerable<string> fields) =>
        csv.AppendJoin(',', fields.Select(Quote)).Append(LineEnd);

    private static string Text(string text)
    {
        var printable = PrintableText.Of(text);
        return printable.Length > 0 && FormulaStarts.Contains(printable[0]) ? $"'{printable}" : printable;
    }

    private static string Quote(string field) => field.AsSpan().IndexOfAny(",\"\r\n") < 0
        ? field
        : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Date(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
