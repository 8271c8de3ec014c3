using FetchEtl.Sqs;

namespace FetchEtl.Benchmarks;

/// <summary>One long poll after the other, with nothing done to what comes but its deletion.</summary>
internal sealed class BarePoll(SqsClient client, string queueUrl)
{
    private static readonly SqsReceiveRequest Request = new() { MaxMessages = SqsClient.MaxBatchSize, WaitTime = TimeSpan.FromSeconds(20) };

    /// <summary>Takes so many messages off the queue.</summary>
    /// <returns>When each came, by its id.</returns>
    public async Task<Dictionary<string, DateTimeOffset>> TakeAsync(int messages, CancellationToken cancellationToken)
    {
        var received = new Dictionary<string, DateTimeOffset>(messages);
        var deletions = new List<Task>();
        while (received.Count < messages)
        {
            var batch = await client.ReceiveMessageAsync(queueUrl, Request, cancellationToken);
            var now = DateTimeOffset.UtcNow;
            foreach (var message in batch)
            {
                received[message.MessageId] = now;
            }

            if (batch.Count > 0)
            {
                deletions.Add(client.DeleteMessageBatchAsync(queueUrl, [.. batch.Select(x => x.ReceiptHandle)], cancellationToken));
            }
        }

        await Task.WhenAll(deletions);
        return received;
    }
}
