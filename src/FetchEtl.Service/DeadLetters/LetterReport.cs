using System.Globalization;
using FetchEtl.Sqs;
using Spectre.Console;

namespace FetchEtl.Service;

/// <summary>Prints letters, as tables and as the records of <see cref="DeadJson"/>.</summary>
/// <param name="now">The time from which ages count.</param>
internal sealed class LetterReport(DateTimeOffset now)
{
    /// <summary>The largest unit and the next one, as in <c>3d 4h</c>.</summary>
    public static string AgeText(TimeSpan? age) => age switch
    {
        null => "unknown",
        { TotalDays: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{age.Value.Days}d {age.Value.Hours}h"),
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{age.Value.Hours}h {age.Value.Minutes}m"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{age.Value.Minutes}m"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, age.Value.Seconds)}s"),
    };

    public void WriteGroups(IReadOnlyList<LetterGroup> groups)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumn(new TableColumn("letters").RightAligned())
            .AddColumn("age").AddColumn("receives").AddColumn("redriven").AddColumn("reason");
        foreach (var group in groups)
        {
            table.AddRow(
                Words.Number(group.Count),
                Range(AgeText(now - group.Newest), AgeText(now - group.Oldest)),
                Range($"{group.LeastReceives}", $"{group.MostReceives}"),
                string.Join(", ", group.Redrives.Select(x =>
                    x.Key == 0 ? $"{Words.Number(x.Value)} never" : $"{Words.Number(x.Value)} {x.Key}x")),
                Markup.Escape(group.Reason.Text));
        }

        AnsiConsole.Write(table);
    }

    public void WriteRows(IReadOnlyList<Letter> letters)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumn(new TableColumn("id").NoWrap())
            .AddColumn("age").AddColumn("receives").AddColumn("redriven").AddColumn("fields").AddColumn("reason");
        foreach (var letter in letters)
        {
            table.AddRow(
                Markup.Escape(letter.Id),
                AgeText(letter.Age(now)),
                $"{letter.ReceiveCount}",
                $"{letter.Redrives}",
                Markup.Escape(string.Join(", ", letter.Reason.Fields)),
                Markup.Escape(letter.Reason.Text));
        }

        AnsiConsole.Write(table);
    }

    public LetterJson ToJson(Letter letter) => new(
        letter.Id,
        letter.OriginalId,
        OriginOf(letter.Origin),
        letter.Reason.Text,
        letter.Reason.Fields,
        letter.SentAt,
        (long?)letter.Age(now)?.TotalSeconds,
        letter.ReceiveCount,
        letter.Redrives);

    public IReadOnlyList<GroupJson> ToJson(IReadOnlyList<LetterGroup> groups) =>
    [
        .. groups.Select(group => new GroupJson(
            group.Reason.Text,
            group.Reason.Fields,
            group.Count,
            (long?)(now - group.Oldest)?.TotalSeconds,
            (long?)(now - group.Newest)?.TotalSeconds,
            group.LeastReceives,
            group.MostReceives,
            group.Redrives.ToDictionary(x => x.Key.ToString(CultureInfo.InvariantCulture), x => x.Value))),
    ];

    public static string OriginOf(DeadLetterOrigin origin) => origin switch
    {
        DeadLetterOrigin.Rider => "service",
        DeadLetterOrigin.Sqs => "sqs",
        _ => "unknown",
    };

    private static string Range(string least, string most) => least == most ? least : $"{least} to {most}";
}
