using Amazon.SQS;

namespace FetchEtl.Benchmarks;

/// <summary>A consumer that long-polls and deletes the messages without processing them.</summary>
internal sealed class BarePoll(IAmazonSQS client, string queueUrl)
{
    /// <summary>Receives and deletes a number of messages.</summary>
    /// <returns>When each message was received, by MessageId.</returns>
    public async Task<Dictionary<string, DateTimeOffset>> ReceiveAsync(
        int messages, CancellationToken cancellationToken)
    {
        var received = new Dictionary<string, DateTimeOffset>(messages);
        var deletions = new List<Task>();
        while (received.Count < messages)
        {
            var batch = await client.ReceiveAsync(queueUrl, waitSeconds: 20, cancellationToken: cancellationToken);
            var now = DateTimeOffset.UtcNow;
            foreach (var message in batch)
            {
                received[message.MessageId] = now;
            }

            if (batch.Count > 0)
            {
                deletions.Add(client.DeleteAsync(queueUrl, batch.Select(x => x.ReceiptHandle), cancellationToken));
            }
        }

        await Task.WhenAll(deletions);
        return received;
    }
}
