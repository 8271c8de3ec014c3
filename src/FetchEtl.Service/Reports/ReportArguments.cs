using System.CommandLine;
using FetchEtl.Logins;
using FetchEtl.Maintenance;
using Microsoft.Extensions.Configuration;

namespace FetchEtl.Service;

/// <summary>The options of <c>report</c>, and the plan that they describe.</summary>
internal sealed class ReportArguments
{
    public Option<DateOnly?> Since { get; } = new("--since")
    {
        Description = "The first day, as 2026-01-31. By default the last " +
            $"{ReportPlan.DefaultDays} days are counted.",
    };

    public Option<DateOnly?> Until { get; } = new("--until")
    {
        Description = "The last day, which is counted; by default today. Days are of UTC.",
    };

    public Option<int> MinK { get; } = new("--min-k")
    {
        Description = "The people below which a group is merged with others, 1 or more. 1 merges none: such a report " +
            "is for nobody but you.",
        DefaultValueFactory = _ => ReportPlan.DefaultMinK,
    };

    public Option<int> Top { get; } = new("--top")
    {
        Description = $"The groups that each list names, 1 to {ReportPlan.MaxTop}.",
        DefaultValueFactory = _ => ReportPlan.DefaultTop,
    };

    public Option<bool> Json { get; } = new("--json")
    {
        Description = "Print one JSON document instead, which docs/report.md describes.",
    };

    public Option<bool> Csv { get; } = new("--csv")
    {
        Description = "Print comma-separated values instead, as RFC 4180 says.",
    };

    public Option<string?> Html { get; } = new("--html")
    {
        Description = "Write the report as one HTML page to this file, too.",
    };

    public Option<bool> NoDeadLetters { get; } = new("--no-dead-letters")
    {
        Description = "Leave the dead-letter queue out: reading it raises the receive counts of its letters.",
    };

    /// <summary>Reports all problems at once.</summary>
    /// <exception cref="UsageException">An option is invalid.</exception>
    public ReportPlan Check(ParseResult parsed, IConfiguration configuration, DateOnly today)
    {
        var versions = new AppVersionOptions();
        var problems = new List<string>(SettingsReader.Read(configuration.GetSection("AppVersion"), versions));
        var until = parsed.GetValue(Until) ?? today;
        var first = DateOnly.FromDayNumber(Math.Max(0, until.DayNumber - ReportPlan.DefaultDays + 1));
        var plan = new ReportPlan
        {
            Since = parsed.GetValue(Since) ?? first,
            Until = until,
            MinK = parsed.GetValue(MinK),
            Top = parsed.GetValue(Top),
            HasOrderedVersions = versions.Encoding == AppVersionEncoding.Ordered,
        };
        problems.AddRange(Problems(plan));
        if (parsed.GetValue(Json) && parsed.GetValue(Csv))
        {
            problems.Add("--json and --csv exclude each other: both are printed.");
        }

        return problems.Count == 0 ? plan : throw new UsageException(problems);
    }

    private static IEnumerable<string> Problems(ReportPlan plan)
    {
        if (plan.Since > plan.Until)
        {
            yield return "--since must not be after --until, which is today by default.";
        }

        if (plan.Until.DayNumber - plan.Since.DayNumber >= ReportPlan.MaxDays)
        {
            yield return $"--since and --until must be of at most {Words.Number(ReportPlan.MaxDays)} days.";
        }

        if (plan.MinK < 1)
        {
            yield return "--min-k must be 1 or more.";
        }

        if (plan.Top is < 1 or > ReportPlan.MaxTop)
        {
            yield return $"--top must be 1 to {ReportPlan.MaxTop}.";
        }
    }
}
