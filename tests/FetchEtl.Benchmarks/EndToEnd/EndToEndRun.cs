using System.Text.Json;
using FetchEtl.Service;

namespace FetchEtl.Benchmarks;

/// <summary>Runs a contender in a process of its own. The queue is filled before it starts.</summary>
internal sealed class EndToEndRun(MeasuredEstate estate, int messages, int seed)
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
        await estate.EmptyTableAsync(cancellationToken);
        await estate.FillAsync(count, seed, cancellationToken);

        await using var process = Start(contender, count);
        var (line, usage) = await process.RunAsync(cancellationToken);
        await estate.RequireRowsAsync(count, cancellationToken);
        return RunFigures.Of(JsonSerializer.Deserialize(line, DrainJson.Default.DrainSummary)!, usage);
    }

    private MeasuredProcess Start(Contender contender, int count) => contender switch
    {
        Contender.OneAtATime => StartLoop(LoopCommand.OneAtATimeName, count),
        Contender.HandLoop => StartLoop(LoopCommand.HandName, count),
        _ => MeasuredProcess.StartService(estate.Settings, "drain", "--json"),
    };

    private MeasuredProcess StartLoop(string kind, int count) =>
        MeasuredProcess.StartSelf(estate.Settings, LoopCommand.Name, kind, $"{count}");
}
