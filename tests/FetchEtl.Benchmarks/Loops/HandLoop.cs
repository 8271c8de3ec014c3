using System.Threading.Channels;
using Amazon.SQS.Model;

namespace FetchEtl.Benchmarks;

/// <summary>
/// A loop as a user would write it for speed on the AWS SDK's plain <c>AmazonSQSClient</c>. Channels connect parallel
/// receivers, writers and deleters. A statement inserts the rows that are waiting, up to 1,000, with <c>unnest</c>. The
/// personal fields are masked with HMAC, as in the service.
/// </summary>
/// <remarks>
/// Unlike the service, it has no MassTransit, validation, dead letters or leases (it never renews the visibility). It
/// has no prefetch limit in bytes, does not retry or split failed batches, does not release messages at a stop and does
/// not keep the identity of a redriven message. It has no health checks, metrics or logs. Its first error ends the
/// process.
/// </remarks>
internal static class HandLoop
{
    private const int Receivers = 8;
    private const int Writers = 2;
    private const int Deleters = 8;
    private const int CallSize = 10;
    private const int StatementSize = 1000;
    private const int Held = 2000;

    public static async Task RunAsync(LoopWork work, int messages, CancellationToken cancellationToken)
    {
        var received = Channel.CreateBounded<Message>(Held);
        var written = Channel.CreateUnbounded<string[]>();
        var (left, undeleted) = (messages, messages);
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        cancellationToken = failed.Token;

        await Task.WhenAll(
            [.. Start(Receivers, ReceiveAsync), .. Start(Writers, WriteAsync), .. Start(Deleters, DeleteAsync)]);

        async Task ReceiveAsync()
        {
            while (Volatile.Read(ref left) > 0)
            {
                var batch = await work.ReceiveAsync(CallSize, cancellationToken);
                foreach (var message in batch)
                {
                    await received.Writer.WriteAsync(message, cancellationToken);
                }

                if (Interlocked.Add(ref left, -batch.Count) <= 0)
                {
                    received.Writer.TryComplete();
                }
            }
        }

        async Task WriteAsync()
        {
            while (await received.Reader.WaitToReadAsync(cancellationToken))
            {
                var batch = Take(received.Reader, StatementSize);
                if (batch.Count > 0)
                {
                    await work.InsertAsync(batch, cancellationToken);
                    foreach (var handles in batch.Select(message => message.ReceiptHandle).Chunk(CallSize))
                    {
                        written.Writer.TryWrite(handles);
                    }
                }
            }
        }

        async Task DeleteAsync()
        {
            await foreach (var handles in written.Reader.ReadAllAsync(cancellationToken))
            {
                await work.DeleteAsync(handles, cancellationToken);
                if (Interlocked.Add(ref undeleted, -handles.Length) <= 0)
                {
                    written.Writer.TryComplete();
                }
            }
        }

        IEnumerable<Task> Start(int count, Func<Task> loop) =>
            Enumerable.Range(0, count).Select(_ => Task.Run(() => GuardAsync(loop)));

        // Cancels the other loops after an error: they would wait forever for the failed one.
        async Task GuardAsync(Func<Task> loop)
        {
            try
            {
                await loop();
            }
            catch
            {
                await failed.CancelAsync();
                throw;
            }
        }
    }

    private static List<Message> Take(ChannelReader<Message> reader, int max)
    {
        var taken = new List<Message>(max);
        while (taken.Count < max && reader.TryRead(out var item))
        {
            taken.Add(item);
        }

        return taken;
    }
}
