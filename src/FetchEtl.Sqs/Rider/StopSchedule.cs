namespace FetchEtl.Sqs;

/// <summary>How long a stop waits before its second and its third step.</summary>
/// <param name="CancelConsumers">When the consumers' cancellation tokens are cancelled; who ends for that gives its message back.</param>
/// <param name="GiveBack">When all that is still in flight is given back, whatever its consumers do.</param>
internal sealed record StopSchedule(TimeSpan CancelConsumers, TimeSpan GiveBack)
{
    private static readonly TimeSpan MostForReturning = TimeSpan.FromSeconds(5);

    /// <summary>
    /// From MassTransit's host options. At the stop timeout itself nobody waits any more, so a fifth of it, 5 s at most, is kept
    /// for telling SQS; consumers that heed no cancellation get as long where there is no stop timeout.
    /// </summary>
    public static StopSchedule Of(TimeSpan? consumerStopTimeout, TimeSpan? stopTimeout)
    {
        var giveBack = stopTimeout is { } limit ? limit - Shorter(limit / 5, MostForReturning)
            : consumerStopTimeout is { } patience ? patience + MostForReturning
            : Timeout.InfiniteTimeSpan;

        return new StopSchedule(consumerStopTimeout ?? giveBack, giveBack);
    }

    private static TimeSpan Shorter(TimeSpan x, TimeSpan y) => x < y ? x : y;
}
