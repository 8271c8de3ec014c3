namespace FetchEtl.Sqs;

/// <summary>How long a stop waits before its second and its third step.</summary>
/// <param name="CancelConsumers">
/// When the consumers' tokens are cancelled. The message of a consumer that then ends is returned.
/// </param>
/// <param name="GiveUp">When all messages in flight are returned, whatever their consumers do.</param>
internal sealed record StopSchedule(TimeSpan CancelConsumers, TimeSpan GiveUp)
{
    private static readonly TimeSpan LongestReturning = TimeSpan.FromSeconds(5);

    /// <summary>
    /// From MassTransit's host options. The host stops waiting at the stop timeout, so a fifth of it, 5 s at most, is
    /// kept for the calls that return messages. Without a stop timeout, consumers that ignore the cancellation get 5 s.
    /// </summary>
    public static StopSchedule Of(TimeSpan? consumerStopTimeout, TimeSpan? stopTimeout)
    {
        var giveUp = stopTimeout is { } limit ? limit - Durations.Min(limit / 5, LongestReturning)
            : consumerStopTimeout is { } patience ? patience + LongestReturning
            : Timeout.InfiniteTimeSpan;

        return new StopSchedule(consumerStopTimeout ?? giveUp, giveUp);
    }
}
