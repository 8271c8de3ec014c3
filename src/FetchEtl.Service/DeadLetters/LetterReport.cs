using System.Globalization;
using FetchEtl.Sqs;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace FetchEtl.Service;

/// <summary>Prints letters, as tables and as the records of <see cref="DeadJson"/>.</summary>
/// <param name="now">The time from which ages count.</param>
internal sealed class LetterReport(DateTimeOffset now)
{
    /// <summary>In whole seconds, as SQS's clock and this machine's differ by less.</summary>
    public static string AgeText(TimeSpan? age) => age is { } known
        ? Words.Duration(TimeSpan.FromSeconds(Math.Max(0, Math.Floor(known.TotalSeconds))))
        : "unknown";

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

    /// <summary>Writes a table for each reason: beside an id, no reason has room on 80 columns.</summary>
    public void WriteRows(IReadOnlyList<Letter> letters)
    {
        foreach (var part in Rows(letters))
        {
            AnsiConsole.Write(part);
        }
    }

    /// <summary>What <see cref="WriteRows"/> writes.</summary>
    internal IEnumerable<IRenderable> Rows(IReadOnlyList<Letter> letters)
    {
        foreach (var group in letters.GroupBy(letter => letter.Reason))
        {
            var table = new Table().Border(TableBorder.Rounded)
                .AddColumn(new TableColumn("id").NoWrap())
                .AddColumn("age").AddColumn("receives").AddColumn("redriven");
            foreach (var letter in group)
            {
                table.AddRow(
                    Markup.Escape(letter.Id), AgeText(letter.Age(now)), $"{letter.ReceiveCount}", $"{letter.Redrives}");
            }

            yield return new Text($"{group.Key.Text}\n");
            yield return table;
        }
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
