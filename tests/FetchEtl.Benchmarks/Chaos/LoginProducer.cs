namespace FetchEtl.Benchmarks;

/// <summary>Sends the messages of the run in the order of their numbers and records the MessageId of each.</summary>
internal sealed class LoginProducer(ChaosEstate estate, CanaryLogins logins, SentMessages messages)
{
    private const int ParallelCalls = 4;
    private const int StirringMessages = 10;

    private static readonly TimeSpan StirringPause = TimeSpan.FromMilliseconds(200);

    private int _sent;

    /// <summary>How many messages were sent. Their numbers are 0 to below this.</summary>
    public int Sent => Volatile.Read(ref _sent);

    /// <summary>Sends the next messages. Thread-safe.</summary>
    public Task SendAsync(int count, CancellationToken cancellationToken)
    {
        var first = Interlocked.Add(ref _sent, count) - count;

        // One message a call, so that each reply belongs to one number.
        return Parallel.ForEachAsync(
            Enumerable.Range(first, count),
            new ParallelOptions { MaxDegreeOfParallelism = ParallelCalls, CancellationToken = cancellationToken },
            async (number, token) =>
            {
                var reply = await estate.Client.SendMessageAsync(estate.QueueUrl, logins[number].Body, token);
                messages.Add(Guid.Parse(reply.MessageId), number);
            });
    }

    /// <summary>
    /// Sends a few messages and pauses, for a strike that lasts until workers have had something to do. Thread-safe.
    /// </summary>
    public async Task StirAsync(CancellationToken cancellationToken)
    {
        // Not cancelled: it would be unknown whether SQS has a message whose send was cut off.
        await SendAsync(StirringMessages, CancellationToken.None);
        await Task.Delay(StirringPause, cancellationToken);
    }
}
