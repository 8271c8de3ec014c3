using System.CommandLine;
using FetchEtl.Logins;

namespace FetchEtl.Service;

/// <summary>The options of <c>migrate</c> that concern partitions.</summary>
/// <param name="Interval">The interval; null where the table stays as it is.</param>
/// <param name="GivesUp">Whether a conversion under way is given up.</param>
/// <param name="DropsOld">Whether the old table is dropped after the switch.</param>
/// <param name="IsSure">Whether nothing is asked.</param>
internal sealed record PartitionArguments(PartitionInterval? Interval, bool GivesUp, bool DropsOld, bool IsSure)
{
    public static readonly Option<string?> PartitionBy = new("--partition-by")
    {
        Description = "Partition user_logins by the month or the day of create_date, while others write to it: month "
            + "or day. none gives up a conversion that is under way.",
        HelpName = "month|day|none",
    };

    public static readonly Option<bool> DropOld = new("--drop-old")
    {
        Description = "Drop the old table, which --partition-by keeps as user_logins_unpartitioned. Asks first.",
    };

    public static readonly Option<bool> Yes = new("--yes")
    {
        Description = "Do not ask before a table with rows is partitioned or dropped.",
    };

    /// <exception cref="UsageException">The options do not fit together.</exception>
    public static PartitionArguments Read(ParseResult parsed)
    {
        var name = parsed.GetValue(PartitionBy);
        PartitionInterval? interval = name switch
        {
            null or "none" => null,
            "month" => PartitionInterval.Month,
            "day" => PartitionInterval.Day,
            _ => throw new UsageException("--partition-by must be month, day or none."),
        };
        var arguments = new PartitionArguments(
            interval, name == "none", parsed.GetValue(DropOld), parsed.GetValue(Yes));
        return arguments is { GivesUp: true, DropsOld: true }
            ? throw new UsageException("--partition-by none leaves the old table in use: leave out --drop-old.")
            : arguments;
    }
}
