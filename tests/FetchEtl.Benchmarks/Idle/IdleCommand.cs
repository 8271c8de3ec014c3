using System.CommandLine;
using System.Globalization;
using FetchEtl.Local;

namespace FetchEtl.Benchmarks;

/// <summary>
/// The verb <c>idle</c>: measures the SQS calls and the CPU time of a worker whose queue stays empty.
/// </summary>
internal static class IdleCommand
{
    // The start compiles code and opens connections, which is no cost of an idle worker.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(20);

    private static readonly Option<int> Seconds = NumberOption.AtLeastOne(
        "--seconds", "How long to measure. A poll takes 20 s, so use at least a minute.", 120);

    public static Command Create()
    {
        var command = new Command(
            "idle",
            "Measures a fetch-etl run whose queue stays empty: SQS calls, as the local SQS counts them, and CPU time.")
        {
            Seconds,
        };
        command.SetAction((parsed, cancellationToken) => Measurement.RunAsync(
            command.Name, () => RunAsync(TimeSpan.FromSeconds(parsed.GetValue(Seconds)), cancellationToken)));
        return command;
    }

    private static async Task RunAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        await using var estate = await MeasuredEstate.CreateAsync(cancellationToken);

        // This SQS runs in this process, which can read its counts of calls.
        await using var sqs = await LocalSqs.StartAsync(cancellationToken: cancellationToken);
        var settings = new Dictionary<string, string>(estate.Settings)
        {
            ["Sqs__ServiceUrl"] = sqs.ServiceUrl.ToString(),
            ["Sqs__CreateQueues"] = "true",
        };
        await using var worker = MeasuredProcess.StartService(settings, "run");
        await Task.Delay(WarmUp, cancellationToken);

        var (callsBefore, cpuBefore) = (sqs.CallCounts, worker.Usage.Cpu);
        await Task.Delay(duration, cancellationToken);
        var (calls, cpu) = (sqs.CallCounts, worker.Usage.Cpu - cpuBefore);

        Console.WriteLine("| idle for s | SQS calls a minute | CPU ms a minute |");
        Console.WriteLine("| --- | --- | --- |");
        var perMinute = (calls.Values.Sum() - callsBefore.Values.Sum()) / duration.TotalMinutes;
        var cpuPerMinute = cpu.TotalMilliseconds / duration.TotalMinutes;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| {duration.TotalSeconds:N0} | {perMinute:N1} | {cpuPerMinute:N0} |"));
    }
}
