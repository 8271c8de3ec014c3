using MassTransit;

namespace FetchEtl.Sqs;

/// <summary>The addresses of an endpoint's two queues.</summary>
internal sealed record SqsQueues(string Url, string DeadLetterUrl)
{
    /// <summary>Looks both queues up, creating them where the endpoint was told to.</summary>
    /// <exception cref="ConnectionException">A queue does not exist and may not be created, or SQS refuses for good; not transient.</exception>
    /// <exception cref="SqsException">SQS could not be asked.</exception>
    public static async Task<SqsQueues> ResolveAsync(SqsClient client, SqsReceiveSettings settings, CancellationToken cancellationToken)
    {
        var queue = await ResolveAsync(client, settings.QueueName, settings.CreateQueues, cancellationToken);
        var deadLetters = await ResolveAsync(client, settings.DeadLetterQueueName, settings.CreateQueues, cancellationToken);

        return new SqsQueues(queue, deadLetters);
    }

    private static async Task<string> ResolveAsync(SqsClient client, string name, bool create, CancellationToken cancellationToken)
    {
        try
        {
            return await client.GetQueueUrlAsync(name, cancellationToken);
        }
        catch (SqsException exception) when (exception.Code == SqsErrorCode.QueueDoesNotExist)
        {
            if (!create)
            {
                throw new ConnectionException($"The SQS queue '{name}' does not exist. Create it, correct the name, or set CreateQueues.", exception, isTransient: false);
            }

            return await client.CreateQueueAsync(name, null, cancellationToken);
        }
        catch (SqsException exception) when (!exception.IsTransient)
        {
            throw new ConnectionException($"The SQS queue '{name}' cannot be used: {exception.Message}", exception, isTransient: false);
        }
    }
}
