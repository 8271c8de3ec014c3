using FetchEtl.Logins;
using FetchEtl.Sqs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

/// <summary>
/// Finds all problems of the <c>Sqs</c> and <c>AWS</c> sections at once, each with its key, the expected form and the
/// remedy. It quotes no value.
/// </summary>
internal sealed class SqsSettingsValidator(IConfiguration configuration) : IValidateOptions<SqsSettings>
{
    private const int MinMebibytes = (int)(SqsReceiveLimits.MinPrefetchBytes / SqsSettings.Mebibyte);
    private const int MaxMebibytes = 100_000;

    /// <summary>Whether SQS accepts the wait time of a receive.</summary>
    public static bool IsWaitTime(int seconds) => IsWithin(seconds, TimeSpan.Zero, SqsLimits.WaitTime);

    public ValidateOptionsResult Validate(string? name, SqsSettings options)
    {
        List<string> problems =
        [
            .. SettingsReader.Read(configuration.GetSection(SqsSettings.Section), new SqsSettings()),
            .. Problems(options),
            .. AwsSettings.Problems(configuration),
        ];
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static bool IsWithin(int seconds, TimeSpan least, TimeSpan most) =>
        seconds >= least.TotalSeconds && seconds <= most.TotalSeconds;

    private static IEnumerable<string> Problems(SqsSettings options)
    {
        if (!SqsQueueName.IsValid(options.QueueName))
        {
            yield return $"Sqs:QueueName must be {SqsQueueName.Rule}; leave it out for login-queue.";
        }
        else if (!SqsQueueName.IsValid(options.DeadLetterQueue))
        {
            yield return $"Sqs:DeadLetterQueueName must be {SqsQueueName.Rule}. Without it, the queue's name and -dead "
                + "must be one.";
        }
        else if (options.DeadLetterQueue == options.QueueName)
        {
            yield return "Sqs:DeadLetterQueueName must not be the queue that is read; leave it out for the queue's "
                + "name and -dead.";
        }

        if (options.PrefetchCount is < 1 or > SqsReceiveLimits.MaxPrefetchCount)
        {
            yield return $"Sqs:PrefetchCount must be 1 to {SqsReceiveLimits.MaxPrefetchCount} messages.";
        }

        if (options.PrefetchMebibytes is < MinMebibytes or > MaxMebibytes)
        {
            yield return $"Sqs:PrefetchMebibytes must be {MinMebibytes} to {MaxMebibytes} MiB: a receive may bring "
                + $"{SqsLimits.EntriesPerCall} bodies of 1 MiB.";
        }

        if (!IsWaitTime(options.WaitTimeSeconds))
        {
            yield return $"Sqs:WaitTimeSeconds must be 0 to {SqsLimits.WaitTime.TotalSeconds} seconds.";
        }

        var (shortest, longest) = (SqsReceiveLimits.MinVisibilityTimeout, SqsLimits.VisibilityTimeout);
        if (!IsWithin(options.VisibilityTimeoutSeconds, shortest, longest))
        {
            yield return $"Sqs:VisibilityTimeoutSeconds must be {shortest.TotalSeconds} to {longest.TotalSeconds} "
                + $"seconds ({longest.TotalHours} hours).";
        }

        for (var i = 0; i < options.PayloadBuckets.Count; i++)
        {
            if (!S3BucketName.IsValid(options.PayloadBuckets[i]))
            {
                yield return $"Sqs:PayloadBuckets:{i} must be {S3BucketName.Rule}.";
            }
        }

        if (options.DeletePayloads && options.PayloadBuckets.Count == 0)
        {
            yield return "Sqs:DeletePayloads needs Sqs:PayloadBuckets: without a bucket no payload is read.";
        }
    }
}
