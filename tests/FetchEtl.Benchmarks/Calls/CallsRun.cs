using System.Diagnostics;
using Amazon.SQS;
using Amazon.SQS.Model;

namespace FetchEtl.Benchmarks;

/// <summary>
/// Measures one client while it receives and deletes the messages of a queue. The start of the process and the warm-up
/// do not count.
/// </summary>
internal static class CallsRun
{
    private const int Workers = 8;
    private const int WarmUpShare = 5;

    /// <summary>Warms up, then measures.</summary>
    /// <exception cref="MeasurementException">The queue was too short, or SQS did not delete a message.</exception>
    public static async Task<CallsFigures> RunAsync(
        IAmazonSQS client, string queueUrl, int messages, CancellationToken cancellationToken)
    {
        var warmUp = messages / WarmUpShare;
        await DrainAsync(client, queueUrl, warmUp, cancellationToken);

        var cpu = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();
        var allocated = GC.GetTotalAllocatedBytes();
        var drained = await DrainAsync(client, queueUrl, messages, cancellationToken);
        return new CallsFigures(
            drained / Stopwatch.GetElapsedTime(started).TotalSeconds,
            (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / drained,
            (double)(GC.GetTotalAllocatedBytes() - allocated) / drained);
    }

    /// <summary>Returns how many messages a run needs on the queue.</summary>
    public static int Total(int messages) => messages + (messages / WarmUpShare) + (2 * Workers * 10);

    private static async Task<int> DrainAsync(
        IAmazonSQS client, string queueUrl, int messages, CancellationToken cancellationToken)
    {
        var drained = 0;
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(DrainAsync, cancellationToken)));
        return drained;

        async Task DrainAsync()
        {
            while (Volatile.Read(ref drained) < messages)
            {
                var received = await client.ReceiveMessageAsync(
                    new ReceiveMessageRequest
                    {
                        QueueUrl = queueUrl,
                        MaxNumberOfMessages = 10,
                        WaitTimeSeconds = 1,
                        MessageSystemAttributeNames = ["SentTimestamp", "ApproximateReceiveCount"],
                        MessageAttributeNames = ["All"],
                    },
                    cancellationToken);
                if (received.Messages is not { Count: > 0 } batch)
                {
                    throw new MeasurementException("The queue ran empty before the end of the run.");
                }

                var deleted = await client.DeleteMessageBatchAsync(
                    new DeleteMessageBatchRequest(queueUrl, batch.ConvertAll(ToEntry)), cancellationToken);
                if (deleted.Failed is { Count: > 0 } failed)
                {
                    throw new MeasurementException($"{failed.Count} messages were not deleted.");
                }

                Interlocked.Add(ref drained, batch.Count);
            }
        }
    }

    private static DeleteMessageBatchRequestEntry ToEntry(Message message) =>
        new(message.MessageId, message.ReceiptHandle);
}
