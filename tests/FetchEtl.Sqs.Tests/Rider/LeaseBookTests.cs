using System.Text;
using Amazon.Runtime;
using FetchEtl.Local;
using FetchEtl.Sqs.Configuration;
using FetchEtl.Sqs.Leases;
using Microsoft.Extensions.Logging.Abstractions;

namespace FetchEtl.Sqs.Tests.Rider;

public sealed class LeaseBookTests : IAsyncLifetime
{
    private static readonly SqsReceiveSettings Settings = new(
        "q", "q-dead", CreateQueues: false, PrefetchCount: 10, ConcurrentMessageLimit: null, TimeSpan.Zero, TimeSpan.FromSeconds(30));

    private LocalSqs _sqs = null!;
    private SqsClient _client = null!;
    private string _queueUrl = null!;
    private LeaseBook _book = null!;

    public async Task InitializeAsync()
    {
        _sqs = await LocalSqs.StartAsync();
        _client = new SqsClient(new SqsClientOptions
        {
            ServiceUrl = _sqs.ServiceUrl,
            Region = "us-east-1",
            Credentials = new BasicAWSCredentials("test", "test"),
        });
        _queueUrl = await _client.CreateQueueAsync("q", null);
        var deadLetters = new DeadLetterQueue(_client, await _client.CreateQueueAsync("q-dead", null), Settings, TimeProvider.System);
        _book = new LeaseBook(_client, _queueUrl, deadLetters, Settings, new SqsMetrics(null), NullLogger.Instance, TimeProvider.System);
        await _client.SendMessageAsync(_queueUrl, new SqsSendEntry(Encoding.UTF8.GetBytes("{}")));
    }

    public async Task DisposeAsync()
    {
        await _book.DisposeAsync();
        _client.Dispose();
        await _sqs.DisposeAsync();
    }

    [Fact]
    public async Task A_second_delivery_of_a_message_in_flight_is_not_handled_and_is_settled_with_the_first()
    {
        var closed = 0;
        Assert.True(_book.TryOpen(await ReceiveAsync(), Now, () => closed++, out var lease));
        Assert.False(_book.TryOpen(await ReceiveAgainAsync(lease), Now, () => closed += 100, out _));

        await lease.Complete();
        await _book.AllSettledAsync();

        Assert.Equal(1, closed);
        Assert.Equal(("0", "0"), await DepthAsync());
    }

    [Fact]
    public async Task A_delivery_that_comes_while_its_message_is_being_deleted_is_deleted_too()
    {
        Assert.True(_book.TryOpen(await ReceiveAsync(), Now, () => { }, out var lease));
        var again = await ReceiveAgainAsync(lease);

        await lease.Complete();
        Assert.False(_book.TryOpen(again, Now, () => { }, out _));
        await _book.AllSettledAsync();

        Assert.Equal(("0", "0"), await DepthAsync());
    }

    [Fact]
    public async Task A_message_whose_lease_was_lost_is_not_deleted()
    {
        Assert.True(_book.TryOpen(await ReceiveAsync(), Now, () => { }, out var lease));

        lease.Lose();
        await lease.Complete();
        await _book.AllSettledAsync();

        Assert.Equal(("0", "1"), await DepthAsync());
    }

    [Fact]
    public async Task A_lease_is_lost_when_its_visibility_timeout_has_passed_without_renewal()
    {
        var message = await ReceiveAsync();
        var longAgo = Now - (31 * TimeProvider.System.TimestampFrequency);
        Assert.True(_book.TryOpen(message, longAgo, () => { }, out var lease));

        await lease.Complete();
        await _book.AllSettledAsync();

        Assert.Equal(("0", "1"), await DepthAsync());
    }

    [Fact]
    public async Task Only_the_first_verdict_on_a_message_counts()
    {
        Assert.True(_book.TryOpen(await ReceiveAsync(), Now, () => { }, out var lease));

        await lease.Complete();
        await lease.Faulted(new InvalidOperationException());
        await _book.AllSettledAsync();

        Assert.Equal(("0", "0"), await DepthAsync());
    }

    private static long Now => TimeProvider.System.GetTimestamp();

    private async Task<SqsMessage> ReceiveAsync() =>
        Assert.Single(await _client.ReceiveMessageAsync(_queueUrl, new SqsReceiveRequest { WaitTime = TimeSpan.FromSeconds(1) }));

    private async Task<SqsMessage> ReceiveAgainAsync(SqsMessageLease lease)
    {
        await _client.ChangeMessageVisibilityBatchAsync(_queueUrl, [new SqsVisibilityEntry(lease.NewestHandle, TimeSpan.Zero)]);
        return await ReceiveAsync();
    }

    private async Task<(string Visible, string InFlight)> DepthAsync()
    {
        var attributes = await _client.GetQueueAttributesAsync(
            _queueUrl, ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]);

        return (attributes["ApproximateNumberOfMessages"], attributes["ApproximateNumberOfMessagesNotVisible"]);
    }
}
