namespace FetchEtl.Service;

/// <summary>Says on standard error why a drain ended before the queue was empty.</summary>
internal static class DrainEnding
{
    /// <returns>The lines; empty where the queue is empty.</returns>
    public static IReadOnlyList<string> Describe(DrainResult result, string queue, bool isStopped)
    {
        if (result is { IsEmpty: true, Left: null or { Total: 0 } })
        {
            return [];
        }

        var counts = result.Left?.ToString() ?? "SQS does not give its counts";
        if (isStopped && result is { Left: null, Summary: { Received: 0 } })
        {
            return [$"stopped before {queue} was empty: nothing was received. Run 'fetch-etl drain' again."];
        }

        if (isStopped)
        {
            return
            [
                $"stopped before {queue} was empty: {counts}. The summary says what was done; run 'fetch-etl drain' "
                + "again for the rest.",
            ];
        }

        IReadOnlyList<string> causes = [.. result.Obstacles.Select(obstacle => $"cause: {obstacle.TrimEnd('.')}.")];
        var fallback = result.Left switch
        {
            { Total: 0 } or null => "SQS answered no receive that would show the queue empty; see the log.",
            { InFlight: > 0 } when result.Summary.Returned == 0 =>
                "nothing failed here, so another consumer holds those in flight. They become visible when it ends or "
                + "their visibility timeout does.",
            { Visible: 0, InFlight: 0 } => "the queue or their senders delay them: run it again later.",
            _ => "nothing failed here: other consumers hold them alternately, or SQS delivers them late. Run it again.",
        };
        return
        [
            result.Left is { Total: > 0 }
                ? $"messages are left on {queue}: {counts}."
                : $"messages may be left on {queue}: {counts}.",
            .. causes.Count > 0 ? causes : [fallback],
        ];
    }
}
