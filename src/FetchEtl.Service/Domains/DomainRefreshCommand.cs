using System.CommandLine;
using FetchEtl.Maintenance;

namespace FetchEtl.Service;

/// <summary>Builds the tables of domains anew.</summary>
internal static class DomainRefreshCommand
{
    private static readonly Argument<string[]> Name = DomainArguments.Name();

    private static readonly Option<bool> All = new("--all") { Description = "Refresh every domain, by name." };

    private static readonly Option<bool> Json = DomainArguments.Json();

    public static Command Create() => Verb.Create(
        "refresh",
        "Builds the table of a domain, or of all, anew from user_logins. Readers see the former rows until it is done.",
        RunAsync,
        Name, All, Json).WithExamples("fetch-etl domain refresh analysts", "fetch-etl domain refresh --all --json");

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        var isAll = parsed.GetValue(All);
        if (isAll != (parsed.Values(Name).Length == 0))
        {
            throw new UsageException("refresh needs a name, as in 'fetch-etl domain refresh analysts', or --all.");
        }

        using var host = new MaintenanceHost(settings);
        IReadOnlyList<string> names = isAll
            ? await NamesAsync(host, cancellationToken)
            : [DomainArguments.NameOf(parsed, Name, "refresh")];
        foreach (var name in names)
        {
            await DomainRun.RefreshAsync(host, name, parsed.GetValue(Json), cancellationToken);
        }

        if (names.Count == 0)
        {
            StandardError.WriteLine("fetch-etl: there is no domain: 'fetch-etl domain new' creates one.");
        }

        return Verb.Succeeded;
    }

    private static async Task<IReadOnlyList<string>> NamesAsync(
        MaintenanceHost host, CancellationToken cancellationToken)
    {
        await using var database = host.Source.Create();
        var domains = await new DomainCatalog(database, host.Time).ListAsync(cancellationToken);
        return [.. domains.Select(domain => domain.Definition.Name)];
    }
}
