using System.Globalization;

namespace FetchEtl.Service;

/// <summary>How many calls of SQS the settings lead to.</summary>
/// <param name="IdleCallsPerDay">The calls of one worker on a day without messages.</param>
/// <param name="CallsPerMillionMessages">The calls for a million messages on a queue that stays full.</param>
/// <param name="MostCallsPerMillionMessages">The same where every message comes alone.</param>
/// <param name="PriceClass">How AWS's price list names these requests.</param>
internal sealed record CostEstimate(
    long IdleCallsPerDay, long CallsPerMillionMessages, long MostCallsPerMillionMessages, string PriceClass)
{
    /// <summary>Measured on a full queue: ten messages a receive and a delete; docs/benchmarks.md.</summary>
    private const double CallsPerMessage = 0.205;

    private const int SecondsOfDay = 86_400;
    private const int Million = 1_000_000;

    /// <summary>An idle worker has one poll open at a time; without a wait it polls once a second.</summary>
    public static CostEstimate Of(SqsSettings settings, bool isFifo) => new(
        SecondsOfDay / Math.Max(1, settings.WaitTimeSeconds),
        (long)Math.Round(CallsPerMessage * Million),
        2 * Million,
        isFifo ? "FIFO queue requests" : "standard queue requests");

    public IReadOnlyList<string> Lines(int waitSeconds) =>
    [
        string.Create(
            CultureInfo.InvariantCulture,
            $"An idle day costs {IdleCallsPerDay:N0} calls a worker (Sqs:WaitTimeSeconds = {waitSeconds})."),
        string.Create(
            CultureInfo.InvariantCulture,
            $"A million messages cost about {CallsPerMillionMessages:N0} calls on a full queue, and at most "
                + $"{MostCallsPerMillionMessages:N0} where each comes alone."),
        $"AWS bills them as {PriceClass}, one for each 64 KiB of a call.",
    ];
}
