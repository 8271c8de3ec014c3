using System.Globalization;
using FetchEtl.Logins;
using Spectre.Console;

namespace FetchEtl.Service;

/// <summary>Prints the results of the demo.</summary>
internal static class DemoReport
{
    // Without the console's width, which would break a line.
    public static void Say(string line) => Console.WriteLine(line);

    public static void WriteRows(IReadOnlyList<UserLogin> rows)
    {
        // The table holds user_id as received, but consoles and build logs keep what is printed.
        var table = Table(
            "A few rows of user_logins, without user_id",
            "device_\ntype", "masked_ip", "masked_\ndevice_id", "locale", "app_version", "create_\ndate");
        foreach (var row in rows)
        {
            table.AddRow(
                Text(row.DeviceType),
                Short(row.MaskedIp),
                Short(row.MaskedDeviceId),
                Text(row.Locale),
                Text(row.AppVersion is { } version ? $"{version} ({AppVersion.Format(version)})" : null),
                Text(row.CreateDate?.ToString("O", CultureInfo.InvariantCulture)));
        }

        AnsiConsole.Write(table);
    }

    public static void WriteRepeats(IReadOnlyList<RepeatedMask> masks)
    {
        var table = Table("The most frequent masks", "field", "mask", "rows");
        foreach (var mask in masks)
        {
            table.AddRow(mask.Field, Short(mask.Mask), mask.Rows.ToString(CultureInfo.InvariantCulture));
        }

        AnsiConsole.Write(table);
    }

    public static void WriteDeadLetters(IReadOnlyList<(string MessageId, string Reason)> deadLetters)
    {
        var table = Table("Dead letters and their reasons", "message", "reason");
        foreach (var (messageId, reason) in deadLetters)
        {
            table.AddRow(Short(messageId), Text(reason));
        }

        AnsiConsole.Write(table);
    }

    private static Table Table(string title, params string[] columns) =>
        new Table().Border(TableBorder.Rounded).Title(title).AddColumns(columns);

    private static string Text(string? value) =>
        value is null ? "[grey]null[/]" : Markup.Escape(PrintableText.Of(value));

    private static string Short(string? value) =>
        value is { Length: > 10 } ? Text(value[..10]) + "…" : Text(value);
}
