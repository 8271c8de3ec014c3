using Amazon.SQS;
using Amazon.SQS.Model;
using FetchEtl.Sqs;

namespace FetchEtl.Service;

internal static class QueueCreation
{
    /// <summary>
    /// Creates the queue if it does not exist, and returns its URL. A name that ends in <c>.fifo</c> is a FIFO queue's.
    /// </summary>
    public static async Task<string> CreateQueueByNameAsync(
        this IAmazonSQS client, string name, CancellationToken cancellationToken)
    {
        var request = new CreateQueueRequest(name);
        if (SqsQueueName.IsFifo(name))
        {
            request.Attributes = new Dictionary<string, string> { [QueueAttributeName.FifoQueue] = "true" };
        }

        return (await client.CreateQueueAsync(request, cancellationToken)).QueueUrl;
    }
}
