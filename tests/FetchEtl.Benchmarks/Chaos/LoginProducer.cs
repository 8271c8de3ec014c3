namespace FetchEtl.Benchmarks;

/// <summary>Sends the run's messages in the order of their numbers, and knows each by the id that SQS gave it.</summary>
internal sealed class LoginProducer(ChaosEstate estate, CanaryLogins logins)
{
    private const int ParallelCalls = 4;

    private readonly Dictionary<Guid, int> _numbers = [];

    /// <summary>How many were sent: numbers 0 to below this.</summary>
    public int Sent { get; private set; }

    public Task SendAsync(int count, CancellationToken cancellationToken)
    {
        var first = Sent;
        Sent += count;

        // One a call, since only that reply gives the message's id.
        return Parallel.ForEachAsync(
            Enumerable.Range(first, count),
            new ParallelOptions { MaxDegreeOfParallelism = ParallelCalls, CancellationToken = cancellationToken },
            async (number, token) =>
            {
                var id = Guid.Parse((await estate.Client.SendMessageAsync(estate.QueueUrl, logins[number].Body, token)).MessageId);
                lock (_numbers)
                {
                    _numbers.Add(id, number);
                }
            });
    }

    /// <summary>The number of the message that got this id; null where none did. Not while sending.</summary>
    public int? NumberOf(Guid? messageId) => messageId is { } id && _numbers.TryGetValue(id, out var number) ? number : null;
}
