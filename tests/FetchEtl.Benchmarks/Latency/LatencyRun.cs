using FetchEtl.Masking;

namespace FetchEtl.Benchmarks;

/// <summary>Measures the same stream of messages with a bare long poll and with the service.</summary>
internal sealed class LatencyRun(MeasuredEstate estate, int rate, TimeSpan duration)
{
    private static readonly TimeSpan LongestWarmUp = TimeSpan.FromSeconds(10);

    private TimeSpan WarmUp => duration < LongestWarmUp ? duration : LongestWarmUp;

    /// <summary>Measures the time from the send to the receive reply that contains the message.</summary>
    public async Task<Percentiles> ToReceiptAsync(CancellationToken cancellationToken)
    {
        var poll = new BarePoll(estate.Client, estate.QueueUrl);
        await SendAsync(WarmUp, seed: 1, cancellationToken);
        await poll.ReceiveAsync(rate * (int)WarmUp.TotalSeconds, cancellationToken);

        var messages = rate * (int)duration.TotalSeconds;
        var receiving = poll.ReceiveAsync(messages, cancellationToken);
        var sent = await SendAsync(duration, seed: 2, cancellationToken);
        return Of(sent, await receiving);
    }

    /// <summary>Measures the time from the send until another connection is notified of the row.</summary>
    public async Task<Percentiles> ToRowAsync(CancellationToken cancellationToken)
    {
        await using var listener = await CommitListener.StartAsync(estate.Database, cancellationToken);
        await using var worker = MeasuredProcess.StartService(estate.Settings, "run");
        await SendAsync(WarmUp, seed: 3, cancellationToken);
        await estate.WaitForEmptyQueueAsync(worker, cancellationToken);

        var sent = await SendAsync(duration, seed: 4, cancellationToken);
        await estate.WaitForEmptyQueueAsync(worker, cancellationToken);

        // A row has the keyed id of its message.
        var key = new MessageIdKey(new MaskingOptions { Keys = { estate.Settings["Masking__Keys__0"] } });
        return Of(sent.ToDictionary(x => $"{key.Of(Guid.Parse(x.Key))}", x => x.Value), listener.Committed);
    }

    private static Percentiles Of(
        IReadOnlyDictionary<string, DateTimeOffset> sent, IReadOnlyDictionary<string, DateTimeOffset> arrived)
    {
        var missing = sent.Keys.Count(x => !arrived.ContainsKey(x));
        return missing == 0
            ? new Percentiles(sent.Select(x => arrived[x.Key] - x.Value))
            : throw new MeasurementException($"{missing} messages did not arrive.");
    }

    private async Task<IReadOnlyDictionary<string, DateTimeOffset>> SendAsync(
        TimeSpan time, int seed, CancellationToken cancellationToken)
    {
        var sender = new SteadySender(estate.Client, estate.QueueUrl, rate);
        await sender.SendAsync(time, seed, cancellationToken);
        return sender.Sent;
    }
}
