using System.CommandLine;
using FetchEtl.Benchmarks.Estate;

namespace FetchEtl.Benchmarks.EndToEnd;

internal static class EndToEndCommand
{
    private static readonly Option<int> Messages = NumberOption.AtLeastOne("--messages", "How many each contender moves in a round.", 200_000);
    private static readonly Option<int> Rounds = NumberOption.AtLeastOne("--rounds", "How often each has its turn.", 5);
    private static readonly Option<bool> Json = new("--json") { Description = "Print one line of JSON instead." };

    public static Command Create()
    {
        var command = new Command("end-to-end", "x") { Messages, Rounds, Json };
        command.SetAction((parsed, cancellationToken) => Measurement.RunAsync(
            () => RunAsync(parsed.GetValue(Messages), parsed.GetValue(Rounds), parsed.GetValue(Json), cancellationToken)));
        return command;
    }

    private static async Task RunAsync(int messages, int rounds, bool json, CancellationToken cancellationToken)
    {
        await using var estate = await MeasuredEstate.CreateAsync(cancellationToken);
        var results = Enum.GetValues<Contender>().ToDictionary(x => x, _ => new List<RunFigures>());
        for (var round = 1; round <= rounds; round++)
        {
            var run = new EndToEndRun(estate, messages, seed: round);
            foreach (var contender in Enum.GetValues<Contender>())
            {
                var f = await run.RunAsync(contender, cancellationToken);
                results[contender].Add(f);
                Console.WriteLine($"{round} {contender} {f} {string.Join(" ", f.CallsPerMessage)}");
            }
        }
    }
}
