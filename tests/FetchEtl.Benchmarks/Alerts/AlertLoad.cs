using Amazon.SQS;
using Amazon.SQS.Model;

namespace FetchEtl.Benchmarks;

/// <summary>Sends made-up messages until it is disposed, two a second of its clock.</summary>
internal sealed class AlertLoad : IAsyncDisposable
{
    private const int BatchSize = 10;

    private readonly CancellationTokenSource _ending = new();
    private readonly IAmazonSQS _client;
    private readonly string _queueUrl;
    private readonly TimeProvider _clock;
    private readonly Task _sending;
    private long _sent;

    public AlertLoad(IAmazonSQS client, string queueUrl, TimeProvider clock)
    {
        (_client, _queueUrl, _clock) = (client, queueUrl, clock);
        _sending = Task.Run(SendAsync);
    }

    /// <summary>One message in so many has no user_id, which makes it invalid; 0 for none.</summary>
    public int InvalidEvery { get; set; }

    /// <summary>One message in so many has a key that the contract does not know; 0 for none.</summary>
    public int UnknownEvery { get; set; }

    /// <summary>One message in so many has the locale that <see cref="AlertEstate"/> can refuse; 0 for none.</summary>
    public int RefusedEvery { get; set; }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
    }

    private async Task SendAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(5), _clock);
        while (await timer.WaitForNextTickAsync(_ending.Token))
        {
            var entries = Enumerable.Range(0, BatchSize)
                .Select(i => new SendMessageBatchRequestEntry($"{i}", NextBody()));
            await _client.SendMessageBatchAsync(_queueUrl, [.. entries], _ending.Token);
        }
    }

    private string NextBody()
    {
        _sent++;
        var user = Hits(InvalidEvery) ? "null" : $"\"user-{_sent}\"";
        var locale = Hits(RefusedEvery) ? AlertEstate.RefusedLocale : "DE";
        var more = Hits(UnknownEvery) ? ", \"local\": \"DE\"" : string.Empty;
        return $$"""
            {"user_id": {{user}}, "app_version": "2.3.0", "device_type": "android", "ip": "192.0.2.{{_sent % 250}}",
             "locale": "{{locale}}", "device_id": "000-00-{{_sent % 10_000:0000}}"{{more}}}
            """;
    }

    private bool Hits(int every) => every > 0 && _sent % every == 0;
}
