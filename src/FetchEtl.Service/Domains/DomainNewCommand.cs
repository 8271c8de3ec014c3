using System.CommandLine;
using FetchEtl.Maintenance;

namespace FetchEtl.Service;

/// <summary>Creates a domain and fills its table.</summary>
internal static class DomainNewCommand
{
    private static readonly Argument<string[]> Name = DomainArguments.Name();

    private static readonly Option<string> Columns = new("--columns")
    {
        Description = "The columns to show, with commas between them. All without it: "
            + $"{string.Join(",", DomainDefinition.AllColumns)}.",
    };

    private static readonly Option<string> Role = new("--role")
    {
        Description = "The role that may read the table. Without it only its owner may.",
    };

    private static readonly Option<string> Period = new("--period")
    {
        Description = "The time within which masks are equal where values are, and after whose end it is shown: "
            + $"{DomainDefinition.PeriodNames}.",
        DefaultValueFactory = _ => DomainDefinition.NameOf(default),
    };

    private static readonly Option<int> MinK = new("--min-k")
    {
        Description = "The fewest users, addresses and devices that share what is shown beside masks, and the fewest "
            + "masks that share a frequency. 1 withholds nothing.",
        DefaultValueFactory = _ => DomainDefinition.DefaultMinK,
    };

    private static readonly Option<int> Lag = new("--lag")
    {
        Description = "The days after the end of a period until it is shown.",
        DefaultValueFactory = _ => DomainDefinition.DefaultLagDays,
    };

    private static readonly Option<bool> Json = DomainArguments.Json();

    public static Command Create() => Verb.Create(
        "new",
        "Creates the table domain_NAME for one group of readers, whose masks match neither user_logins nor those of "
        + "another group, and fills it.",
        RunAsync,
        Name, Role, Columns, Period, MinK, Lag, Json).WithExamples(
            "fetch-etl domain new analysts --role login_analyst",
            "fetch-etl domain new fraud --columns user_id,masked_ip,create_date --period week --min-k 50");

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        var name = DomainArguments.NameOf(parsed, Name, "new");
        var definition = new DomainDefinition(name)
        {
            Columns = parsed.GetValue(Columns)?.Split(',', StringSplitOptions.TrimEntries)
                ?? DomainDefinition.AllColumns,
            Period = DomainDefinition.ParsePeriod(parsed.GetValue(Period)),
            MinK = parsed.GetValue(MinK),
            LagDays = parsed.GetValue(Lag),
        };
        if (definition.Problems() is { Count: > 0 } problems)
        {
            throw new UsageException(problems);
        }

        using var host = new MaintenanceHost(settings);
        await using (var database = host.Source.Create())
        {
            var catalog = new DomainCatalog(database, host.Time);
            foreach (var warning in await catalog.CreateAsync(definition, parsed.GetValue(Role), cancellationToken))
            {
                Warnings.Write(warning);
            }
        }

        await DomainRun.RefreshAsync(host, name, parsed.GetValue(Json), cancellationToken);
        return Verb.Succeeded;
    }
}
