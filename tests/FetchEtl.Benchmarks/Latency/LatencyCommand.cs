using System.CommandLine;

namespace FetchEtl.Benchmarks;

/// <summary>
/// The verb <c>latency</c>: measures the time from a send to the visible row at a fixed rate, and to a bare receive for
/// comparison.
/// </summary>
internal static class LatencyCommand
{
    private static readonly Option<int> Rate = NumberOption.AtLeastOne("--rate", "Messages sent a second.", 50);

    private static readonly Option<int> Seconds = NumberOption.AtLeastOne(
        "--seconds", "How long to measure. A warm-up of the same length, at most 10 s, runs before.", 60);

    public static Command Create()
    {
        var command = new Command(
            "latency",
            """
            Sends logins to a fetch-etl run at a fixed rate, one a call. Measures the time from the start of the send
            until another connection is notified of the committed row. For comparison, measures the time until a bare
            long poll has received the message: the share of the local SQS and its client.
            """)
        {
            Rate,
            Seconds,
        };
        command.SetAction((parsed, cancellationToken) => Measurement.RunAsync(command.Name, () => RunAsync(
            parsed.GetValue(Rate), TimeSpan.FromSeconds(parsed.GetValue(Seconds)), cancellationToken)));
        return command;
    }

    private static async Task RunAsync(int rate, TimeSpan duration, CancellationToken cancellationToken)
    {
        await using var estate = await MeasuredEstate.CreateAsync(cancellationToken);
        var run = new LatencyRun(estate, rate, duration);
        Console.WriteLine("| from the send, ms | p50 | p95 | p99 | max |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        Console.WriteLine($"| to a bare long poll | {await run.ToReceiptAsync(cancellationToken)} |");
        Console.WriteLine($"| to the committed row | {await run.ToRowAsync(cancellationToken)} |");
    }
}
