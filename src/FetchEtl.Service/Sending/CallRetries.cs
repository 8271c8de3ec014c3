using Amazon.Runtime;
using Amazon.SQS.Model;
using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>How the verbs repeat a call that SQS refuses for the moment: after a growing delay with jitter.</summary>
/// <param name="time">The clock of the delays.</param>
/// <param name="random">The jitter. Parallel calls share it.</param>
internal sealed class CallRetries(TimeProvider time, Random random)
{
    /// <summary>How often a call is tried: about half a minute.</summary>
    public const int MaxAttempts = 10;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    /// <summary>Whether the call failed, and not this program.</summary>
    public static bool IsOfCall(Exception exception) => exception is AmazonServiceException or AmazonClientException
        or HttpRequestException or IOException or TimeoutException or OperationCanceledException;

    /// <summary>Whether an entry of a batch call may succeed later.</summary>
    public static bool IsTransient(BatchResultErrorEntry failure) =>
        SqsErrors.IsTransient(failure.Code, failure.SenderFault ?? false);

    /// <summary>Waits before the next attempt.</summary>
    /// <param name="attempt">The attempts so far.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task DelayAsync(int attempt, CancellationToken cancellationToken)
    {
        var longest = FirstDelay * Math.Pow(2, attempt - 1);
        double share;
        lock (random)
        {
            share = 0.5 + (0.5 * random.NextDouble());
        }

        return Task.Delay((longest < LongestDelay ? longest : LongestDelay) * share, time, cancellationToken);
    }
}
