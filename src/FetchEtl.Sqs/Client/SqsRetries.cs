using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace FetchEtl.Sqs;

/// <summary>Retries of a call, with a growing delay and jitter.</summary>
internal static class SqsRetries
{
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(5);

    public static ResiliencePipeline Create(SqsClientOptions options, ILogger logger, TimeProvider timeProvider)
    {
        var retry = new RetryStrategyOptions
        {
            ShouldHandle = static arguments => ValueTask.FromResult(
                arguments.Outcome.Exception is SqsException { IsTransient: true } exception && IsWorthRepeating(exception)),
            MaxRetryAttempts = 3,
            BackoffType = DelayBackoffType.Exponential,
            Delay = TimeSpan.FromMilliseconds(100),
            MaxDelay = MaxDelay,
            UseJitter = true,
            OnRetry = arguments =>
            {
                var exception = (SqsException)arguments.Outcome.Exception!;
                logger.Retrying(exception.Operation, exception.Code, arguments.AttemptNumber + 1, arguments.RetryDelay);
                return ValueTask.CompletedTask;
            },
        };
        return new ResiliencePipelineBuilder { TimeProvider = timeProvider }.AddRetry(retry).Build();
    }

    /// <summary>
    /// Deletes and visibility changes are idempotent, a second send is a duplicate that consumers must expect; but a receive
    /// whose reply was lost has taken its messages out of sight, and a second one would take more.
    /// </summary>
    private static bool IsWorthRepeating(SqsException exception) =>
        !(exception.EffectUnknown && exception.Operation == "ReceiveMessage");
}
