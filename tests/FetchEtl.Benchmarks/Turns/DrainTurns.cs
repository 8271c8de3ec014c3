using System.CommandLine;
using System.Globalization;

namespace FetchEtl.Benchmarks;

/// <summary>
/// Measures <c>fetch-etl drain</c> in several estates that take turns, and reports the ratios of the others to the
/// first, round by round. Every other round runs in reverse, so that none always profits from its place.
/// </summary>
/// <param name="messages">The messages that each estate gets in a round.</param>
/// <param name="rounds">The number of rounds.</param>
internal sealed class DrainTurns(int messages, int rounds)
{
    /// <summary>Creates a verb that measures in turns, with the options of their number and size.</summary>
    /// <param name="name">The verb.</param>
    /// <param name="description">What it measures.</param>
    /// <param name="run">Creates the estates and lets them take turns.</param>
    /// <param name="more">Further options.</param>
    public static Command CreateCommand(
        string name,
        string description,
        Func<DrainTurns, ParseResult, CancellationToken, Task> run,
        params Option[] more)
    {
        var messages = NumberOption.AtLeastOne(
            "--messages", "How many messages each one drains in a round.", 200_000);
        var rounds = NumberOption.AtLeastOne("--rounds", "How many rounds run.", 4);
        var command = new Command(name, description) { messages, rounds };
        foreach (var option in more)
        {
            command.Add(option);
        }

        command.SetAction((parsed, cancellationToken) => Measurement.RunAsync(name, () => run(
            new DrainTurns(parsed.GetValue(messages), parsed.GetValue(rounds)), parsed, cancellationToken)));
        return command;
    }

    /// <summary>Measures, and prints each figure as it is there.</summary>
    /// <exception cref="MeasurementException">A drain failed, or the number of rows is wrong.</exception>
    public async Task RunAsync(
        IReadOnlyList<(string Name, MeasuredEstate Estate)> estates, CancellationToken cancellationToken)
    {
        var runs = estates.ToDictionary(each => each.Name, _ => new List<RunFigures>());
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var (name, estate) in round % 2 == 1 ? estates : estates.Reverse())
            {
                var figures = await new EndToEndRun(estate, messages, seed: round)
                    .RunAsync(Contender.Service, cancellationToken);
                runs[name].Add(figures);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"round {round}, {name}: {figures.MessagesPerSecond:N0} messages/s, "
                    + $"{figures.CpuMicroseconds:N1} µs of CPU a message"));
            }
        }

        var first = estates[0].Name;
        foreach (var (name, _) in estates.Skip(1))
        {
            Write($"messages/s, {name} / {first}", Ratio.Of(runs[name], runs[first], run => run.MessagesPerSecond));
            Write($"CPU a message, {name} / {first}", Ratio.Of(runs[name], runs[first], run => run.CpuMicroseconds));
        }
    }

    private static void Write(string name, Ratio ratio) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{name}: {ratio.Median:N2}, from {ratio.Lowest:N2} to {ratio.Highest:N2}"));
}
