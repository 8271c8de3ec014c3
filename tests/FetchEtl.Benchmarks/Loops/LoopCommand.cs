using System.CommandLine;
using System.Text.Json;
using FetchEtl.Service;

namespace FetchEtl.Benchmarks;

/// <summary>
/// One of the loops that the service is measured against, as a process of its own; it prints what <c>fetch-etl drain --json</c> does.
/// </summary>
internal static class LoopCommand
{
    public const string Name = "loop";
    public const string OneAtATimeName = "one-at-a-time";
    public const string HandName = "hand";

    private static readonly Argument<string> Kind = new("kind") { Description = $"{OneAtATimeName} or {HandName}." };
    private static readonly Argument<int> Messages = new("messages") { Description = "How many are on the queue." };

    public static Command Create()
    {
        Kind.AcceptOnlyFromAmong(OneAtATimeName, HandName);
        var command = new Command(Name, "What end-to-end starts to measure against.") { Kind, Messages };
        command.Hidden = true;
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var work = await LoopWork.CreateAsync(cancellationToken);
            var summary = await work.MeasureAsync(
                parsed.GetValue(Kind) == HandName ? HandLoop.RunAsync : OneAtATime.RunAsync, parsed.GetValue(Messages), cancellationToken);
            Console.WriteLine(JsonSerializer.Serialize(summary, DrainJson.Default.DrainSummary));
        });
        return command;
    }
}
