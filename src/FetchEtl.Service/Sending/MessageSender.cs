using System.Globalization;
using System.Text;
using Amazon.SQS;
using Amazon.SQS.Model;

namespace FetchEtl.Service;

/// <summary>Sends message bodies to a queue: ten a call, a few calls in parallel.</summary>
internal sealed class MessageSender(IAmazonSQS client)
{
    // SQS: ten messages and 1 MiB a call.
    private const int MaxEntries = 10;
    private const int MaxBytes = 1024 * 1024;
    private const int ParallelCalls = 4;

    /// <summary>Sends all bodies, in no particular order.</summary>
    /// <param name="queueUrl">The queue.</param>
    /// <param name="bodies">The messages.</param>
    /// <param name="sent">Called with the size of each batch that SQS accepted.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="MessageRefusedException">SQS rejected a message; others may be on the queue.</exception>
    public Task SendAsync(
        string queueUrl, IEnumerable<string> bodies, Action<int> sent, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            Batches(bodies),
            new ParallelOptions { MaxDegreeOfParallelism = ParallelCalls, CancellationToken = cancellationToken },
            async (batch, token) =>
            {
                var result = await client.SendMessageBatchAsync(new SendMessageBatchRequest(queueUrl, batch), token);
                if (result.Failed is [var failure, ..])
                {
                    throw new MessageRefusedException(
                        $"SQS rejected a message ({failure.Code}); the messages sent before it are on the queue.");
                }

                sent(batch.Count);
            });

    private static IEnumerable<List<SendMessageBatchRequestEntry>> Batches(IEnumerable<string> bodies)
    {
        var batch = new List<SendMessageBatchRequestEntry>(MaxEntries);
        var bytes = 0;
        foreach (var body in bodies)
        {
            var length = Encoding.UTF8.GetByteCount(body);
            if (batch.Count == MaxEntries || (batch.Count > 0 && bytes + length > MaxBytes))
            {
                yield return batch;
                batch = new List<SendMessageBatchRequestEntry>(MaxEntries);
                bytes = 0;
            }

            batch.Add(new SendMessageBatchRequestEntry(batch.Count.ToString(CultureInfo.InvariantCulture), body));
            bytes += length;
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }
}
