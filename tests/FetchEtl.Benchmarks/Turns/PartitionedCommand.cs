using System.CommandLine;
using FetchEtl.Logins;

namespace FetchEtl.Benchmarks;

/// <summary>The verb <c>partitioned</c>: <c>fetch-etl drain</c> into a plain and into a partitioned table.</summary>
internal static class PartitionedCommand
{
    private static readonly Option<PartitionInterval> Interval = new("--interval")
    {
        Description = "The interval of the partitions: Month or Day.",
        DefaultValueFactory = _ => PartitionInterval.Day,
    };

    public static Command Create() => DrainTurns.CreateCommand(
        "partitioned",
        """
        Measures fetch-etl drain into a plain and into a partitioned user_logins, in turn, each with a PostgreSQL
        and a local SQS of its own. All rows have the date of today, as in production.
        """,
        static (turns, parsed, cancellationToken) => RunAsync(turns, parsed.GetValue(Interval), cancellationToken),
        Interval);

    private static async Task RunAsync(
        DrainTurns turns, PartitionInterval interval, CancellationToken cancellationToken)
    {
        await using var plain = await MeasuredEstate.CreateAsync(cancellationToken);
        await using var partitioned = await MeasuredEstate.CreateAsync(cancellationToken);
        await partitioned.PartitionAsync(interval, cancellationToken);
        await turns.RunAsync([("plain", plain), ("partitioned", partitioned)], cancellationToken);
    }
}
