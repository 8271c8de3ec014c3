namespace FetchEtl.Benchmarks;

/// <summary>The same stream of messages, to a bare long poll and to the service.</summary>
internal sealed class LatencyRun(MeasuredEstate estate, int rate, TimeSpan duration)
{
    private static readonly TimeSpan LongestWarmUp = TimeSpan.FromSeconds(10);

    private TimeSpan WarmUp => duration < LongestWarmUp ? duration : LongestWarmUp;

    /// <summary>From the send to the reply that brings the message.</summary>
    public async Task<Percentiles> ToReceiptAsync(CancellationToken cancellationToken)
    {
        var poll = new BarePoll(estate.Client, estate.QueueUrl);
        await SendAsync(WarmUp, seed: 1, cancellationToken);
        await poll.TakeAsync(rate * (int)WarmUp.TotalSeconds, cancellationToken);

        var messages = rate * (int)duration.TotalSeconds;
        var taking = poll.TakeAsync(messages, cancellationToken);
        var sent = await SendAsync(duration, seed: 2, cancellationToken);
        return Of(sent, await taking);
    }

    /// <summary>From the send to the moment at which another connection hears of the row.</summary>
    public async Task<Percentiles> ToRowAsync(CancellationToken cancellationToken)
    {
        await using var listener = await CommitListener.StartAsync(estate.Database, cancellationToken);
        await using var worker = MeasuredProcess.StartService(estate.Settings, "run");
        await SendAsync(WarmUp, seed: 3, cancellationToken);
        await estate.WaitForEmptyQueueAsync(worker, cancellationToken);

        var sent = await SendAsync(duration, seed: 4, cancellationToken);
        await estate.WaitForEmptyQueueAsync(worker, cancellationToken);
        return Of(sent, listener.Heard);
    }

    private static Percentiles Of(IReadOnlyDictionary<string, DateTimeOffset> sent, IReadOnlyDictionary<string, DateTimeOffset> arrived)
    {
        var missing = sent.Keys.Count(x => !arrived.ContainsKey(x));
        return missing == 0
            ? new Percentiles(sent.Select(x => arrived[x.Key] - x.Value))
            : throw new MeasurementException($"Of {missing} messages no arrival was seen.");
    }

    private async Task<IReadOnlyDictionary<string, DateTimeOffset>> SendAsync(TimeSpan time, int seed, CancellationToken cancellationToken)
    {
        var sender = new SteadySender(estate.Client, estate.QueueUrl, rate);
        await sender.SendAsync(time, seed, cancellationToken);
        return sender.Sent;
    }
}
