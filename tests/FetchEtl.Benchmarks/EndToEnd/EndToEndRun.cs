using System.Text.Json;
using FetchEtl.Service;

namespace FetchEtl.Benchmarks;

/// <summary>Has each contender move as many messages, in turn, each in a process of its own, the queue filled before it starts.</summary>
internal sealed class EndToEndRun(MeasuredEstate estate, int messages, int seed)
{
    // At some hundreds a second more would take long and tell the same.
    private const int MostOneAtATime = 5_000;

    /// <summary>How many of so many messages a contender moves.</summary>
    public static int CountFor(Contender contender, int messages) =>
        contender == Contender.OneAtATime ? Math.Min(messages, MostOneAtATime) : messages;

    /// <summary>One run of one contender; it must leave exactly the rows that it should.</summary>
    /// <exception cref="MeasurementException">It does not.</exception>
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
        Contender.OneAtATime => MeasuredProcess.StartSelf(estate.Settings, LoopCommand.Name, LoopCommand.OneAtATimeName, $"{count}"),
        Contender.HandLoop => MeasuredProcess.StartSelf(estate.Settings, LoopCommand.Name, LoopCommand.HandName, $"{count}"),
        _ => MeasuredProcess.StartService(estate.Settings, "drain", "--json"),
    };
}
