using System.CommandLine;
using System.Text.Json;
using FetchEtl.Maintenance;
using Spectre.Console;

namespace FetchEtl.Service;

/// <summary>Lists the domains and how current they are.</summary>
internal static class DomainListCommand
{
    private static readonly Option<bool> Json = DomainArguments.Json();

    public static Command Create() => Verb.Create(
        "list",
        "Lists the domains: who reads them, when they were refreshed, how far they are behind.",
        RunAsync,
        Json).WithExamples("fetch-etl domain list", "fetch-etl domain list --json");

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        await using var database = DatabaseSetting.Open(settings);
        var domains = await DatabaseWork.RunAsync(
            () => new DomainCatalog(database, TimeProvider.System).ListAsync(cancellationToken),
            "grant it SELECT on reader_domains and masking_generations",
            stopped: null,
            cancellationToken);
        if (parsed.GetValue(Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(
                [.. domains.Select(DomainStatusJson.Of)], DomainJson.Default.IReadOnlyListDomainStatusJson));
        }
        else if (domains.Count == 0)
        {
            Console.WriteLine("There is no domain: 'fetch-etl domain new' creates one.");
        }
        else
        {
            Write(domains);
        }

        return Verb.Succeeded;
    }

    private static void Write(IReadOnlyList<DomainStatus> domains)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns("domain", "readers", "period")
            .AddColumn(new TableColumn("rows").RightAligned())
            .AddColumn(new TableColumn("refreshed").NoWrap())
            .AddColumn(new TableColumn("shown before").NoWrap())
            .AddColumn("behind");
        foreach (var domain in domains)
        {
            table.AddRow(
                [.. new[]
                {
                    domain.Definition.Name,
                    domain.Readers.Count == 0 ? "none" : string.Join(", ", domain.Readers),
                    DomainDefinition.NameOf(domain.Definition.Period),
                    Words.Number(domain.Rows),
                    DomainText.Date(domain.RefreshedAt),
                    domain.ShownUntil is { } until ? DomainText.Date(until) : "nothing",
                    Behind(domain),
                }.Select(Markup.Escape)]);
        }

        AnsiConsole.Write(table);
    }

    private static string Behind(DomainStatus domain)
    {
        string[] texts =
        [
            domain.BehindDays switch
            {
                null => "all",
                0 => string.Empty,
                { } days => Words.Count(days, "day"),
            },
            domain.IsKeyBehind ? "a key" : string.Empty,
        ];
        return string.Join(", ", texts.Where(text => text.Length > 0)) is { Length: > 0 } behind ? behind : "nothing";
    }
}
