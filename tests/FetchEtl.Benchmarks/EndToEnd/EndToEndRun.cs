using System.Text.Json;
using FetchEtl.Service;

namespace FetchEtl.Benchmarks;

/// <summary>Runs a contender in a process of its own. The queue is filled before it starts.</summary>
/// <param name="estate">The queue and the table.</param>
/// <param name="messages">How many messages the run has.</param>
/// <param name="seed">Generates the messages.</param>
/// <param name="more">Environment variables of the process, beyond the estate's.</param>
internal sealed class EndToEndRun(
    MeasuredEstate estate, int messages, int seed, params (string Name, string Value)[] more)
{
    // This loop moves a few hundred messages a second: more would take long and change no figure.
    private const int MostOneAtATime = 5_000;

    /// <summary>Returns how many messages a contender moves when the run has <paramref name="messages"/>.</summary>
    public static int CountFor(Contender contender, int messages) =>
        contender == Contender.OneAtATime ? Math.Min(messages, MostOneAtATime) : messages;

    /// <summary>Measures one run of one contender and checks that it wrote one row for each message.</summary>
    /// <exception cref="MeasurementException">The contender failed, or the number of rows is wrong.</exception>
    public async Task<RunFigures> RunAsync(Contender contender, CancellationToken cancellationToken)
    {
        var count = CountFor(contender, messages);
        await using var process = await StartAsync(contender, cancellationToken);
        var (line, usage) = await process.RunAsync(cancellationToken);
        await estate.RequireRowsAsync(count, cancellationToken);
        return RunFigures.Of(JsonSerializer.Deserialize(line, DrainJson.Default.DrainSummary)!, usage);
    }

    /// <summary>Empties the table, fills the queue and starts a contender.</summary>
    public async Task<MeasuredProcess> StartAsync(Contender contender, CancellationToken cancellationToken)
    {
        var count = CountFor(contender, messages);
        await estate.EmptyTableAsync(cancellationToken);
        await estate.FillAsync(count, seed, cancellationToken);

        var settings = new Dictionary<string, string>(estate.Settings);
        foreach (var (name, value) in more)
        {
            settings[name] = value;
        }

        return contender switch
        {
            Contender.OneAtATime => StartLoop(LoopCommand.OneAtATimeName),
            Contender.HandLoop => StartLoop(LoopCommand.HandName),
            _ => MeasuredProcess.StartService(settings, "drain", "--json"),
        };

        MeasuredProcess StartLoop(string kind) =>
            MeasuredProcess.StartSelf(settings, LoopCommand.Name, kind, $"{count}");
    }
}
