using Amazon.SQS;

namespace FetchEtl.Benchmarks;

/// <summary>One long poll after the other, with nothing done to what comes but its deletion.</summary>
internal sealed class BarePoll(IAmazonSQS client, string queueUrl)
{
    /// <summary>Takes so many messages off the queue.</summary>
    /// <returns>When each came, by its id.</returns>
    public async Task<Dictionary<string, DateTimeOffset>> TakeAsync(int messages, CancellationToken cancellationToken)
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
