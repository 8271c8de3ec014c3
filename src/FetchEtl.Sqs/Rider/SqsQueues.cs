using Amazon.SQS;
using Amazon.SQS.Model;
using MassTransit;

namespace FetchEtl.Sqs;

/// <summary>The URLs of an endpoint's two queues.</summary>
internal sealed record SqsQueues(string Url, string DeadLetterUrl)
{
    /// <summary>Looks both queues up. Creates a missing one if the endpoint is configured to.</summary>
    /// <exception cref="ConnectionException">
    /// A queue does not exist and must not be created, or SQS refuses for good; not transient.
    /// </exception>
    public static async Task<SqsQueues> ResolveAsync(
        IAmazonSQS client, SqsReceiveSettings settings, CancellationToken cancellationToken) =>
        new(
            await ResolveAsync(client, settings.QueueName, settings.CreateQueues, cancellationToken),
            await ResolveAsync(client, settings.DeadLetterQueueName, settings.CreateQueues, cancellationToken));

    private static async Task<string> ResolveAsync(
        IAmazonSQS client, string name, bool create, CancellationToken cancellationToken)
    {
        try
        {
            return await FindOrCreateAsync(client, name, create, cancellationToken);
        }
        catch (QueueDoesNotExistException exception)
        {
            throw new ConnectionException(
                $"The SQS queue '{name}' does not exist. Create it, correct the name, or set CreateQueues "
                + "(Sqs:CreateQueues=true of fetch-etl).",
                exception,
                isTransient: false);
        }
        catch (Exception exception) when (!SqsErrors.IsTransient(exception))
        {
            throw new ConnectionException(
                $"The SQS queue '{name}' cannot be used: {SqsErrors.Describe(exception)}",
                exception,
                isTransient: false);
        }
    }

    private static async Task<string> FindOrCreateAsync(
        IAmazonSQS client, string name, bool create, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.GetQueueUrlAsync(name, cancellationToken)).QueueUrl;
        }
        catch (QueueDoesNotExistException) when (create)
        {
            var request = new CreateQueueRequest(name);
            if (SqsQueueName.IsFifo(name))
            {
                request.Attributes = new() { [QueueAttributeName.FifoQueue] = "true" };
            }

            return (await client.CreateQueueAsync(request, cancellationToken)).QueueUrl;
        }
    }
}
