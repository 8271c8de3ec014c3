using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FetchEtl.Benchmarks;

/// <summary>
/// The verb <c>end-to-end</c>: measures the real <c>fetch-etl drain</c> against two loops on the AWS SDK. It reports
/// messages a second, CPU time, memory, rows a statement and SQS calls, and the ratios of each round.
/// </summary>
internal static class EndToEndCommand
{
    private static readonly Option<int> Messages = NumberOption.AtLeastOne(
        "--messages", "How many messages the hand loop and the service each move in a round.", 500_000);

    private static readonly Option<int> Rounds =
        NumberOption.AtLeastOne("--rounds", "How many rounds run. Each contender runs once a round.", 4);

    private static readonly Option<string[]> With = new("--with")
    {
        Description = "An environment variable of the service alone, as in Storage__Writers=1. May be repeated.",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Prints one line of JSON instead." };

    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static Command Create()
    {
        var command = new Command(
            "end-to-end",
            """
            Measures fetch-etl drain against two loops, in turn. One loop moves one message at a time, as most scripts
            do. The hand loop is batched and parallel. Both use the AWS SDK's plain AmazonSQSClient and the service's
            masking and INSERT, but no MassTransit, leases, validation or dead letters.

            Each contender is a process of its own, and its queue is full when it starts. The queue is a local SQS in
            another process. PostgreSQL is a private one whose commits wait for the disk. A contender's clock runs from
            its first step to its last committed row. CPU time is that of the whole process, with its start and
            compilation. With few messages, most of it is start and compilation.
            """)
        {
            Messages,
            Rounds,
            With,
            Json,
        };
        With.Validators.Add(result =>
        {
            if (result.Tokens.Any(x => x.Value.IndexOf('=', StringComparison.Ordinal) < 1))
            {
                result.AddError("--with must be NAME=VALUE.");
            }
        });
        command.SetAction((parsed, cancellationToken) => Measurement.RunAsync(command.Name, () => RunAsync(
            parsed.GetValue(Messages),
            parsed.GetValue(Rounds),
            [.. (parsed.GetValue(With) ?? []).Select(x => x.Split('=', 2)).Select(x => (x[0], x[1]))],
            parsed.GetValue(Json),
            cancellationToken)));
        return command;
    }

    private static async Task RunAsync(
        int messages,
        int rounds,
        (string Name, string Value)[] with,
        bool json,
        CancellationToken cancellationToken)
    {
        await using var estate = await MeasuredEstate.CreateAsync(cancellationToken);
        var contenders = Enum.GetValues<Contender>();
        var runs = contenders.ToDictionary(x => x, _ => new List<RunFigures>());
        for (var round = 1; round <= rounds; round++)
        {
            // The order alternates, so that no contender always profits from caches that another one has warmed up.
            foreach (var contender in round % 2 == 1 ? contenders : contenders.Reverse())
            {
                var run = new EndToEndRun(
                    estate, messages, seed: round, contender == Contender.Service ? with : []);
                var figures = await run.RunAsync(contender, cancellationToken);
                runs[contender].Add(figures);
                await Console.Error.WriteLineAsync(
                    $"round {round}, {contender}: {figures.MessagesPerSecond:N0} messages/s, "
                    + $"{figures.CpuMicroseconds:N1} µs of CPU a message");
            }
        }

        var result = EndToEndResult.Of(messages, runs);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(result, Web));
        }
        else
        {
            EndToEndReport.Write(result);
        }
    }
}
