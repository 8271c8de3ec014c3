using System.CommandLine;
using System.Globalization;
using FetchEtl.Local;

namespace FetchEtl.Benchmarks;

internal static class IdleCommand
{
    // What a process compiles and opens at its start is not what it needs when idle.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(20);

    private static readonly Option<int> Seconds = NumberOption.AtLeastOne(
        "--seconds", "For how long it is watched; a poll takes 20 s, so less than a minute says little.", 120);

    public static Command Create()
    {
        var command = new Command("idle", "Watches a fetch-etl run whose queue stays empty: SQS calls, as the local SQS counts them, and CPU time.")
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

        // In this process, where its calls can be counted.
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
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| {duration.TotalSeconds:N0} | {perMinute:N1} | {cpu.TotalMilliseconds / duration.TotalMinutes:N0} |"));
    }
}
