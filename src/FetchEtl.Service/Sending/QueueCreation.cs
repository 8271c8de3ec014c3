using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;
using FetchEtl.Sqs;

namespace FetchEtl.Service;

internal static class QueueCreation
{
    /// <summary>Looks the queue up, as the first call of a verb.</summary>
    /// <exception cref="UsageException">
    /// The call cannot be signed. The SDK looks for credentials before it connects, so a mistyped endpoint shows as
    /// missing credentials: the text names both.
    /// </exception>
    public static async Task<string> FindQueueAsync(
        this IAmazonSQS client, string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.GetQueueUrlAsync(name, cancellationToken)).QueueUrl;
        }
        catch (Exception exception) when (exception is AmazonClientException { InnerException: null }
            && client.Config.ServiceURL is { Length: > 0 } url)
        {
            var host = new Uri(url).Host;
            var known = await IsKnownAsync(host, cancellationToken)
                ? string.Empty
                : $" No address is known for {host}: check Sqs:ServiceUrl as well.";
            throw new UsageException(
                $"no request to SQS at {url} can be signed: {SqsErrors.Describe(exception).TrimEnd('.')}.{known}");
        }
    }

    private static async Task<bool> IsKnownAsync(string host, CancellationToken cancellationToken)
    {
        try
        {
            return (await Dns.GetHostAddressesAsync(host, cancellationToken)).Length > 0;
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            return false;
        }
    }

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
