using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FetchEtl.Benchmarks;

internal static class EndToEndCommand
{
    private static readonly Option<int> Messages =
        NumberOption.AtLeastOne("--messages", "How many the hand loop and the service move in a round each.", 500_000);

    private static readonly Option<int> Rounds = NumberOption.AtLeastOne("--rounds", "How often each has its turn.", 4);
    private static readonly Option<bool> Json = new("--json") { Description = "Print one line of JSON instead." };

    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static Command Create()
    {
        var command = new Command(
            "end-to-end",
            """
            Measures fetch-etl drain against two loops, in turn: one message at a time, as most scripts do it; and a hand loop, batched and
            parallel, with the same client, masking and INSERT but no MassTransit, leases, validation or dead letters.

            Each is a process of its own and finds its queue filled: a local SQS in another process, and a private PostgreSQL that
            waits for its disk. Its clock runs from its first step to its last row committed; CPU time is the whole process's,
            its start and the compilation of its code included, so that few messages tell mostly of these.
            """)
        {
            Messages,
            Rounds,
            Json,
        };
        command.SetAction((parsed, cancellationToken) => Measurement.RunAsync(
            command.Name, () => RunAsync(parsed.GetValue(Messages), parsed.GetValue(Rounds), parsed.GetValue(Json), cancellationToken)));
        return command;
    }

    private static async Task RunAsync(int messages, int rounds, bool json, CancellationToken cancellationToken)
    {
        await using var estate = await MeasuredEstate.CreateAsync(cancellationToken);
        var runs = Enum.GetValues<Contender>().ToDictionary(x => x, _ => new List<RunFigures>());
        for (var round = 1; round <= rounds; round++)
        {
            // Each follows each, so that none always finds what another has warmed up.
            foreach (var contender in round % 2 == 1 ? Enum.GetValues<Contender>() : Enum.GetValues<Contender>().Reverse())
            {
                var figures = await new EndToEndRun(estate, messages, seed: round).RunAsync(contender, cancellationToken);
                runs[contender].Add(figures);
                await Console.Error.WriteLineAsync(
                    $"round {round}, {contender}: {figures.MessagesPerSecond:N0} messages/s, {figures.CpuMicroseconds:N1} µs of CPU a message");
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
