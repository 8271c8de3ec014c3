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

        if (options.PrefetchCount is < 1 or > 100_000)
        {
            yield return "Sqs:PrefetchCount must be 1 to 100000 messages.";
        }

        if (options.PrefetchMebibytes is < 10 or > 100_000)
        {
            yield return "Sqs:PrefetchMebibytes must be 10 to 100000 MiB: a receive may bring ten bodies of 1 MiB.";
        }

        if (options.WaitTimeSeconds is < 0 or > 20)
        {
            yield return "Sqs:WaitTimeSeconds must be 0 to 20 seconds.";
        }

        if (options.VisibilityTimeoutSeconds is < 5 or > 43_200)
        {
            yield return "Sqs:VisibilityTimeoutSeconds must be 5 to 43200 seconds (12 hours).";
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
