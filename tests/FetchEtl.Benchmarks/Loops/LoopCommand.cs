using System.CommandLine;
using System.Text.Json;
using FetchEtl.Service;

namespace FetchEtl.Benchmarks;

/// <summary>
/// The hidden verb <c>loop</c>: runs one of the loops that <c>end-to-end</c> compares with the service, in a process of
/// its own. It measures the loop and prints the same summary as <c>fetch-etl drain --json</c>.
/// </summary>
internal static class LoopCommand
{
    public const string Name = "loop";
    public const string OneAtATimeName = "one-at-a-time";
    public const string HandName = "hand";

    private static readonly Argument<string> Kind = new("kind") { Description = $"{OneAtATimeName} or {HandName}." };

    private static readonly Argument<int> Messages =
        new("messages") { Description = "How many messages are on the queue." };

    public static Command Create()
    {
        Kind.AcceptOnlyFromAmong(OneAtATimeName, HandName);
        var command = new Command(Name, "Runs one of the loops that end-to-end compares with the service.")
        {
            Kind,
            Messages,
        };
        command.Hidden = true;
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var work = await LoopWork.CreateAsync(cancellationToken);
            var summary = await work.MeasureAsync(
                parsed.GetValue(Kind) == HandName ? HandLoop.RunAsync : OneAtATime.RunAsync,
                parsed.GetValue(Messages),
                cancellationToken);
            Console.WriteLine(JsonSerializer.Serialize(summary, DrainJson.Default.DrainSummary));
        });
        return command;
    }
}
