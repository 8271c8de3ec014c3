using System.CommandLine;

namespace FetchEtl.Benchmarks;

internal static class LatencyCommand
{
    private static readonly Option<int> Rate = NumberOption.AtLeastOne("--rate", "Messages sent a second.", 50);
    private static readonly Option<int> Seconds = NumberOption.AtLeastOne("--seconds", "For how long, after as long a warm-up of at most 10 s.", 60);

    public static Command Create()
    {
        var command = new Command(
            "latency",
            """
            Sends logins at a fixed rate, one a call, to a fetch-etl run, and takes the time from the start of the send to the moment at
            which another connection hears of the committed row; beside it the time to the moment at which a bare long poll has the
            message, which is what the local SQS and its client need.
            """)
        {
            Rate,
            Seconds,
        };
        command.SetAction((parsed, cancellationToken) => Measurement.RunAsync(
            command.Name, () => RunAsync(parsed.GetValue(Rate), TimeSpan.FromSeconds(parsed.GetValue(Seconds)), cancellationToken)));
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
