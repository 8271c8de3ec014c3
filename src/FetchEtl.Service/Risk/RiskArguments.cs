using System.CommandLine;
using FetchEtl.Logins;
using FetchEtl.Maintenance;
using Microsoft.Extensions.Configuration;

namespace FetchEtl.Service;

/// <summary>The options of <c>risk</c>, and the plan that they describe.</summary>
internal sealed class RiskArguments
{
    private const string NoPerson = "none";

    public Option<string> Table { get; } = new("--table")
    {
        Description = "The table or view, written as in SQL.",
        DefaultValueFactory = _ => LoginTables.DefaultTable,
    };

    public Option<string> Quasi { get; } = new("--quasi")
    {
        Description = "The columns that an attacker knows of his target, with commas.",
        DefaultValueFactory = _ => string.Join(',', RiskPlan.DefaultQuasi),
    };

    public Option<string> Person { get; } = new("--person")
    {
        Description = $"The column that says whose row it is; '{NoPerson}' where each row is a person.",
        DefaultValueFactory = _ => "user_id",
    };

    public Option<string?> Sensitive { get; } = new("--sensitive")
    {
        Description = "The columns whose diversity is measured, with commas. By default " +
            $"{string.Join(',', RiskPlan.DefaultSensitive)}.",
    };

    public Option<int?> MinK { get; } = new("--min-k")
    {
        Description = "The people that every class must hold, 2 or more: below it the exit code is 3. Without the " +
            $"option the report compares with {RiskPlan.DefaultMinK}.",
    };

    public Option<DateOnly?> Since { get; } = new("--since") { Description = "The first create_date, as 2026-01-31." };

    public Option<DateOnly?> Until { get; } = new("--until") { Description = "The last create_date." };

    public Option<long?> Population { get; } = new("--population")
    {
        Description = "The people that those of the table are drawn from, for the journalist's risk.",
    };

    public Option<double> OracleRate { get; } = new("--oracle-rate")
    {
        Description = "The messages per second that a sender can push through the service.",
        DefaultValueFactory = _ => RiskPlan.DefaultOracleRate,
    };

    public Option<int> MaxRows { get; } = new("--max-rows")
    {
        Description = "The most rows to read, at about 150 bytes of memory each.",
        DefaultValueFactory = _ => RiskPlan.DefaultMaxRows,
    };

    /// <summary>Reports all problems at once.</summary>
    /// <exception cref="UsageException">An option is invalid.</exception>
    public RiskPlan Check(ParseResult parsed, IConfiguration configuration)
    {
        var versions = new AppVersionOptions();
        var problems = new List<string>(SettingsReader.Read(configuration.GetSection("AppVersion"), versions));
        var person = parsed.GetValue(Person)!;
        var plan = new RiskPlan
        {
            Table = parsed.GetValue(Table)!,
            Quasi = List(parsed.GetValue(Quasi)!),
            Person = person == NoPerson ? null : person,
            Sensitive = parsed.GetValue(Sensitive) is { } columns ? List(columns) : null,
            MinK = parsed.GetValue(MinK) ?? RiskPlan.DefaultMinK,
            Since = parsed.GetValue(Since),
            Until = parsed.GetValue(Until),
            Population = parsed.GetValue(Population),
            OracleRate = parsed.GetValue(OracleRate),
            HasOrderedVersions = versions.Encoding == AppVersionEncoding.Ordered,
            MaxRows = parsed.GetValue(MaxRows),
        };
        problems.AddRange(Problems(plan));
        return problems.Count == 0 ? plan : throw new UsageException(problems);
    }

    private static IEnumerable<string> Problems(RiskPlan plan)
    {
        if (plan.Quasi.Count == 0)
        {
            yield return "--quasi must name a column.";
        }

        foreach (var name in plan.Quasi.Where(name => name == plan.Person))
        {
            yield return $"--quasi names {name}, which --person says is the person: leave it out.";
        }

        foreach (var name in (plan.Sensitive ?? []).Where(name => plan.Quasi.Contains(name) || name == plan.Person))
        {
            yield return $"--sensitive names {name}, which is a quasi-identifier or the person: leave it out.";
        }

        if (plan.MinK < 2)
        {
            yield return "--min-k must be 2 or more: every class holds one person.";
        }

        if (plan.Since > plan.Until)
        {
            yield return "--since must not be after --until.";
        }

        if (plan.Population < 1)
        {
            yield return "--population must be 1 or more people.";
        }

        if (!double.IsFinite(plan.OracleRate) || plan.OracleRate <= 0)
        {
            yield return "--oracle-rate must be more than 0 messages per second.";
        }

        if (plan.MaxRows < 1)
        {
            yield return "--max-rows must be 1 or more.";
        }
    }

    private static IReadOnlyList<string> List(string names) =>
    [
        .. names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Distinct(StringComparer.Ordinal),
    ];
}
