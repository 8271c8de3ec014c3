using System.CommandLine;

namespace FetchEtl.Service;

/// <summary>The options that several of the verbs on dead letters have.</summary>
internal sealed class DeadArguments
{
    public Option<string?> Reason { get; } = new("--reason")
    {
        Description = "Only letters whose reason contains this text, or that broke this rule, in any letter case.",
    };

    public Option<string[]> Id { get; } = new("--id")
    {
        Description = "Only this letter, by its own message id or the original one. May be given several times.",
    };

    public Option<string?> Older { get; } = new("--older")
    {
        Description = "Only letters that are older than this, as in 90m, 2h, 3d. The age is SQS's, as for retention.",
    };

    public Option<string?> Newer { get; } = new("--newer") { Description = "Only letters that are newer than this." };

    public Option<int?> Limit { get; } = new("--limit") { Description = "At most so many matching letters." };

    public Option<bool> DryRun { get; } = new("--dry-run")
    {
        Description = "Say what would be done, and change nothing.",
    };

    public Option<bool> Json { get; } = new("--json") { Description = "Print the result as one line of JSON." };

    public Option<bool> Force { get; } = new("--force")
    {
        Description = "Read the queue although it has a redrive policy of its own.",
    };

    /// <summary>Reads the filter, and reports all its problems at once.</summary>
    /// <exception cref="UsageException">An option is malformed.</exception>
    public LetterFilter Filter(ParseResult parsed)
    {
        var problems = new List<string>();
        var filter = new LetterFilter
        {
            Reason = parsed.GetValue(Reason),
            Ids = LetterFilter.IdsOf(parsed.GetValue(Id) ?? []),
            Older = Age(Older),
            Newer = Age(Newer),
            Limit = parsed.GetValue(Limit),
        };
        if (filter.Limit < 1)
        {
            problems.Add("--limit must be 1 or more.");
        }

        return problems.Count == 0 ? filter : throw new UsageException(problems);

        TimeSpan? Age(Option<string?> option)
        {
            if (parsed.GetValue(option) is not { } text)
            {
                return null;
            }

            if (LetterFilter.TryParseAge(text, out var age))
            {
                return age;
            }

            problems.Add($"{option.Name} must be a whole number with s, m, h or d, as in 90m, 2h, 3d.");
            return null;
        }
    }
}
