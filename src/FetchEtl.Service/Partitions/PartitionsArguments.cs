using System.CommandLine;
using FetchEtl.Maintenance;

namespace FetchEtl.Service;

/// <summary>The options of <c>partitions</c>.</summary>
internal sealed class PartitionsArguments
{
    private const int DefaultAhead = 3;

    public Option<string?> Keep { get; } = new("--keep")
    {
        Description = "Drop the partitions whose days are all longer ago than this: " +
            $"{RetentionPeriod.Forms}. Without it nothing is dropped.",
    };

    public Option<int> Ahead { get; } = new("--ahead")
    {
        Description = $"The partitions to create behind the current one, 0 to {PartitionUpkeep.MaxAhead}.",
        DefaultValueFactory = _ => DefaultAhead,
    };

    public Option<bool> DetachOnly { get; } = new("--detach-only")
    {
        Description = "With --keep, detach the partitions and do not drop them. Each stays as a table of its name.",
    };

    public Option<bool> DryRun { get; } = new("--dry-run")
    {
        Description = "Say what would be done, and change nothing.",
    };

    public Option<bool> Yes { get; } = new("--yes") { Description = "Do not ask before partitions are dropped." };

    public Option<bool> Json { get; } = new("--json") { Description = "Print the result as one line of JSON." };

    /// <summary>Checks the options and reports all problems at once.</summary>
    /// <returns>How long rows are kept; null where nothing is removed.</returns>
    /// <exception cref="UsageException">An option is invalid.</exception>
    public RetentionPeriod? Check(ParseResult parsed)
    {
        var problems = new List<string>();
        var text = parsed.GetValue(Keep);
        if (!RetentionPeriod.TryParse(text, out var keep) && text is not null)
        {
            problems.Add($"{Keep.Name} must be {RetentionPeriod.Forms}.");
        }

        if (parsed.GetValue(Ahead) is < 0 or > PartitionUpkeep.MaxAhead)
        {
            problems.Add(
                $"{Ahead.Name} must be 0 to {PartitionUpkeep.MaxAhead}, is {parsed.GetValue(Ahead)}.");
        }

        if (text is null && parsed.GetValue(DetachOnly))
        {
            problems.Add($"{DetachOnly.Name} needs {Keep.Name}, which says what to detach.");
        }

        return problems.Count > 0 ? throw new UsageException(problems) : text is null ? null : keep;
    }
}
