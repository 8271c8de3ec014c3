using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FetchEtl.Testing;

namespace FetchEtl.Benchmarks;

/// <summary>
/// The verb <c>calls</c>: measures receives and deletes of several SQS clients without the rest of the service. It
/// reports messages a second, CPU time and allocated memory a message.
/// </summary>
internal static class CallsCommand
{
    /// <summary>The hidden verb of one run.</summary>
    public const string ChildName = "calls-run";

    private static readonly Option<int> Messages =
        NumberOption.AtLeastOne("--messages", "How many messages each client receives and deletes a round.", 300_000);

    private static readonly Option<int> Rounds =
        NumberOption.AtLeastOne("--rounds", "How many rounds run. Each client runs once a round.", 5);

    private static readonly Argument<CallingClient> Kind = new("client") { Description = "The client to measure." };
    private static readonly Argument<string> QueueUrl = new("queue") { Description = "The URL of the filled queue." };

    public static Command Create()
    {
        var command = new Command(
            "calls",
            """
            Measures the cost of the SQS client alone. Each client in turn receives and deletes all messages of a queue,
            ten a call. The queue is a local SQS in another process, and each run is a process of its own. CPU time is
            that of the client's process after a warm-up. With few messages, most of it is compilation.
            """)
        {
            Messages,
            Rounds,
        };
        command.SetAction((parsed, cancellationToken) => Measurement.RunAsync(
            command.Name, () => RunAsync(parsed.GetValue(Messages), parsed.GetValue(Rounds), cancellationToken)));
        return command;
    }

    /// <summary>Creates the verb that <c>calls</c> starts as a process for each run.</summary>
    public static Command CreateChild()
    {
        var command = new Command(ChildName, "One run of calls, which starts this process.")
        {
            Kind,
            QueueUrl,
            Messages,
        };
        command.Hidden = true;
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var serviceUrl = new Uri(Environment.GetEnvironmentVariable(CallsQueue.UrlSetting)!);
            using var client = CallingClients.Create(parsed.GetValue(Kind), serviceUrl);
            var figures = await CallsRun.RunAsync(
                client, parsed.GetValue(QueueUrl)!, parsed.GetValue(Messages), cancellationToken);
            Console.WriteLine(JsonSerializer.Serialize(figures));
        });
        return command;
    }

    private static async Task RunAsync(int messages, int rounds, CancellationToken cancellationToken)
    {
        var clients = Enum.GetValues<CallingClient>();
        var runs = clients.ToDictionary(x => x, _ => new List<CallsFigures>());
        await using var queue = await CallsQueue.StartAsync();
        for (var round = 1; round <= rounds; round++)
        {
            // The order alternates, so that no client always runs after the same one.
            foreach (var client in round % 2 == 1 ? clients : clients.Reverse())
            {
                var queueUrl = await queue.FillAsync(CallsRun.Total(messages), seed: round, cancellationToken);
                var figures = await RunAsync(client, queueUrl, messages, queue.Settings);
                await queue.DeleteAsync(queueUrl, cancellationToken);
                runs[client].Add(figures);
                await Console.Error.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"round {round}, {client}: {figures.MessagesPerSecond:N0}/s, {figures.CpuMicroseconds:N1} µs CPU"));
            }
        }

        Write(runs);
    }

    private static async Task<CallsFigures> RunAsync(
        CallingClient client, string queueUrl, int messages, IReadOnlyDictionary<string, string> settings)
    {
        await using var run = FetchEtlProcess.StartAssembly(
            $"{typeof(CallsCommand).Assembly.GetName().Name}.dll",
            settings,
            listener: null,
            ChildName,
            $"{client}",
            queueUrl,
            "--messages",
            $"{messages}");
        await run.WaitAsync(TimeSpan.FromMinutes(10));
        return run.ExitCode == 0
            ? JsonSerializer.Deserialize<CallsFigures>(run.Output)!
            : throw new MeasurementException($"A run of {client} failed: {run.Errors}");
    }

    private static void Write(Dictionary<CallingClient, List<CallsFigures>> runs)
    {
        Console.WriteLine("| client | messages/s | CPU µs a message | bytes allocated | CPU / plain (range) |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (var (client, figures) in runs)
        {
            var pairs = figures.Zip(runs[CallingClient.Plain]);
            double[] ratios = [.. pairs.Select(x => x.First.CpuMicroseconds / x.Second.CpuMicroseconds)];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {client} | {Median.Of(figures.Select(x => x.MessagesPerSecond)):N0} "
                + $"| {Median.Of(figures.Select(x => x.CpuMicroseconds)):N1} "
                + $"| {Median.Of(figures.Select(x => x.AllocatedBytes)):N0} "
                + $"| {Median.Of(ratios):N2} ({ratios.Min():N2} to {ratios.Max():N2}) |"));
        }
    }
}
