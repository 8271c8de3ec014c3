namespace FetchEtl.Service;

/// <summary>Waits until a queue is empty, as its counts and its receives show it.</summary>
/// <param name="time">The clock of the counters.</param>
/// <param name="read">Reads the counters.</param>
/// <param name="readDepth">Reads how many messages SQS counts on the queue; null when it does not answer.</param>
/// <param name="patience">How long to go on without a message settled.</param>
/// <param name="progress">Gets a report after each look at the queue.</param>
internal sealed class DrainLoop(
    TimeProvider time,
    Func<DrainCounters> read,
    Func<CancellationToken, Task<long?>> readDepth,
    TimeSpan patience,
    IProgress<WorkProgress>? progress = null)
{
    // AWS counts a queue's messages approximately and late, so a count of zero proves little. A long poll asks all of
    // SQS's servers. One that is empty may have begun just before the last message became visible.
    private const int EmptyReceives = 2;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Whether nothing is in flight, and enough receives found nothing since.</summary>
    public static bool ShowsEmpty(DrainCounters seen, int receives) =>
        seen.InFlight == 0 && seen.EmptyReceives >= receives;

    /// <returns>True when the queue is empty; false when the patience ended before that was shown.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        while (true)
        {
            await Task.Delay(Interval, time, cancellationToken);
            var left = await readDepth(cancellationToken);
            var seen = read();
            if (left is { } messages)
            {
                progress?.Report(new WorkProgress(seen.Settled, seen.Settled + messages));
            }

            if (left is 0 && ShowsEmpty(seen, EmptyReceives))
            {
                return true;
            }

            if (time.GetElapsedTime(seen.LastSettledAt ?? begun) >= patience)
            {
                return false;
            }
        }
    }
}
