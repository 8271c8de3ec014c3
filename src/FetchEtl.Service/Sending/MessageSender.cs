using System.Text;
using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>Puts message bodies on a queue, ten a call, a few calls side by side.</summary>
internal sealed class MessageSender(SqsClient client)
{
    // SQS: ten messages and 1 MiB a call.
    private const int MaxEntries = 10;
    private const int MaxBytes = 1024 * 1024;
    private const int ParallelCalls = 4;

    /// <summary>Sends all bodies, in no particular order.</summary>
    /// <param name="queueUrl">Where to.</param>
    /// <param name="bodies">The messages.</param>
    /// <param name="sent">Told the size of each batch that was accepted.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="MessageRefusedException">SQS did not accept a message; those before it are on the queue.</exception>
    public Task SendAsync(string queueUrl, IEnumerable<string> bodies, Action<int> sent, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            Batches(bodies),
            new ParallelOptions { MaxDegreeOfParallelism = ParallelCalls, CancellationToken = cancellationToken },
            async (batch, token) =>
            {
                var result = await client.SendMessageBatchAsync(queueUrl, batch, token);
                if (result.Failed is [var failure, ..])
                {
                    throw new MessageRefusedException($"SQS did not accept a message ({failure.Code}); what was sent before it is on the queue.");
                }

                sent(batch.Count);
            });

    private static IEnumerable<List<SqsSendEntry>> Batches(IEnumerable<string> bodies)
    {
        var batch = new List<SqsSendEntry>(MaxEntries);
        var bytes = 0;
        foreach (var body in bodies)
        {
            var length = Encoding.UTF8.GetByteCount(body);
            if (batch.Count == MaxEntries || (batch.Count > 0 && bytes + length > MaxBytes))
            {
                yield return batch;
                batch = new List<SqsSendEntry>(MaxEntries);
                bytes = 0;
            }

            batch.Add(new SqsSendEntry(body));
            bytes += length;
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }
}
