using System.CommandLine;
using System.Globalization;
using FetchEtl.Migrations;

namespace FetchEtl.Benchmarks;

/// <summary>
/// The verb <c>partitioned</c>: measures <c>fetch-etl drain</c> into a plain and into a partitioned table, in turn, and
/// reports the ratio of each round.
/// </summary>
internal static class PartitionedCommand
{
    private static readonly Option<int> Messages = NumberOption.AtLeastOne(
        "--messages", "How many messages each table gets in a round.", 200_000);

    private static readonly Option<int> Rounds = NumberOption.AtLeastOne("--rounds", "How many rounds run.", 4);

    private static readonly Option<PartitionInterval> Interval = new("--interval")
    {
        Description = "The interval of the partitions: Month or Day.",
        DefaultValueFactory = _ => PartitionInterval.Day,
    };

    public static Command Create()
    {
        var command = new Command(
            "partitioned",
            """
            Measures fetch-etl drain into a plain and into a partitioned user_logins, in turn, each with a PostgreSQL
            and a local SQS of its own. All rows have the date of today, as in production.
            """)
        {
            Messages,
            Rounds,
            Interval,
        };
        command.SetAction((parsed, cancellationToken) => Measurement.RunAsync(command.Name, () => RunAsync(
            parsed.GetValue(Messages), parsed.GetValue(Rounds), parsed.GetValue(Interval), cancellationToken)));
        return command;
    }

    private static async Task RunAsync(
        int messages, int rounds, PartitionInterval interval, CancellationToken cancellationToken)
    {
        await using var plain = await MeasuredEstate.CreateAsync(cancellationToken);
        await using var partitioned = await MeasuredEstate.CreateAsync(cancellationToken);
        await partitioned.PartitionAsync(interval, cancellationToken);
        var (ofPlain, ofPartitioned) = (new List<RunFigures>(), new List<RunFigures>());
        for (var round = 1; round <= rounds; round++)
        {
            if (round % 2 == 1)
            {
                ofPlain.Add(await DrainAsync("plain", plain, round));
            }

            ofPartitioned.Add(await DrainAsync("partitioned", partitioned, round));
            if (round % 2 == 0)
            {
                ofPlain.Add(await DrainAsync("plain", plain, round));
            }
        }

        Write("messages/s, partitioned / plain", Ratio.Of(ofPartitioned, ofPlain, run => run.MessagesPerSecond));
        Write("CPU a message, partitioned / plain", Ratio.Of(ofPartitioned, ofPlain, run => run.CpuMicroseconds));

        async Task<RunFigures> DrainAsync(string table, MeasuredEstate estate, int round)
        {
            var figures = await new EndToEndRun(estate, messages, seed: round)
                .RunAsync(Contender.Service, cancellationToken);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"round {round}, {table}: {figures.MessagesPerSecond:N0} messages/s, "
                + $"{figures.CpuMicroseconds:N1} µs of CPU a message"));
            return figures;
        }
    }

    private static void Write(string name, Ratio ratio) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{name}: {ratio.Median:N2}, from {ratio.Lowest:N2} to {ratio.Highest:N2}"));
}
