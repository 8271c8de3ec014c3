using System.ComponentModel.DataAnnotations;
using System.Text;
using Amazon.Runtime;
using FetchEtl.Local;
using Microsoft.Extensions.Logging.Abstractions;

namespace FetchEtl.Sqs.Tests;

public sealed class LeaseBookTests : IAsyncLifetime
{
    private static readonly SqsReceiveSettings Settings = new(
        "q", "q-dead", CreateQueues: false, PrefetchCount: 10, ConcurrentMessageLimit: null, TimeSpan.Zero, TimeSpan.FromSeconds(30),
        PrefetchBytes: 0, ReceiveGate: _ => Task.CompletedTask);

    private LocalSqs _sqs = null!;
    private SqsClient _client = null!;
    private string _queueUrl = null!;
    private string _deadLetterUrl = null!;
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
        _deadLetterUrl = await _client.CreateQueueAsync("q-dead", null);
        var deadLetters = new DeadLetterQueue(_client, _deadLetterUrl, Settings, TimeProvider.System);
        _book = new LeaseBook(_client, _queueUrl, deadLetters, Settings, new ReturnDelay(new Random(1)), new SqsMetrics(null), NullLogger.Instance, TimeProvider.System, CancellationToken.None);
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
        Assert.True(_book.TryOpen(await ReceiveAsync(), _ => closed++, out var lease));
        Assert.False(_book.TryOpen(await ReceiveAgainAsync(lease), _ => closed += 100, out _));

        await lease.Complete();
        await _book.AllSettledAsync();

        Assert.Equal(1, closed);
        Assert.Equal(("0", "0"), await DepthAsync());
    }

    [Fact]
    public async Task A_delivery_that_comes_while_its_message_is_being_deleted_is_deleted_too()
    {
        Assert.True(_book.TryOpen(await ReceiveAsync(), _ => { }, out var lease));
        var again = await ReceiveAgainAsync(lease);

        await lease.Complete();
        Assert.False(_book.TryOpen(again, _ => { }, out _));
        await _book.AllSettledAsync();

        Assert.Equal(("0", "0"), await DepthAsync());
    }

    [Fact]
    public async Task A_message_whose_lease_was_lost_is_not_deleted()
    {
        Assert.True(_book.TryOpen(await ReceiveAsync(), _ => { }, out var lease));

        Assert.True(lease.TryBeginRenewal(TimeSpan.FromSeconds(20), TimeSpan.MaxValue, Settings.VisibilityTimeout, out var entry));
        lease.EndRenewal(entry.ReceiptHandle, heldUntil: null, lost: true);
        await lease.Complete();
        await _book.AllSettledAsync();

        Assert.Equal(("0", "1"), await DepthAsync());
    }

    [Fact]
    public async Task A_renewal_refused_for_an_older_delivery_does_not_lose_the_newer_one()
    {
        Assert.True(_book.TryOpen(await ReceiveAsync(), _ => { }, out var lease));
        Assert.True(lease.TryBeginRenewal(TimeSpan.FromSeconds(20), TimeSpan.MaxValue, Settings.VisibilityTimeout, out var entry));

        Assert.False(_book.TryOpen(await ReceiveAgainAsync(lease), _ => { }, out _));
        lease.EndRenewal(entry.ReceiptHandle, heldUntil: null, lost: true);
        await lease.Complete();
        await _book.AllSettledAsync();

        Assert.Equal(("0", "0"), await DepthAsync());
    }

    [Fact]
    public async Task A_settlement_waits_for_a_renewal_under_way()
    {
        Assert.True(_book.TryOpen(await ReceiveAsync(), _ => { }, out var lease));
        Assert.True(lease.TryBeginRenewal(TimeSpan.FromSeconds(20), TimeSpan.MaxValue, Settings.VisibilityTimeout, out var entry));

        await lease.Complete();
        var settled = _book.AllSettledAsync();
        Assert.False(settled.IsCompleted);
        lease.EndRenewal(entry.ReceiptHandle, TimeSpan.FromMinutes(1));
        await settled;

        Assert.Equal(("0", "0"), await DepthAsync());
    }

    [Fact]
    public async Task A_lease_is_never_renewed_beyond_the_twelve_hours_that_SQS_allows()
    {
        Assert.True(_book.TryOpen(await ReceiveAsync(), _ => { }, out var lease));
        lease.EndRenewal(lease.Message.ReceiptHandle, TimeSpan.FromHours(11.95));

        Assert.True(lease.TryBeginRenewal(TimeSpan.FromHours(11.9), TimeSpan.MaxValue, TimeSpan.FromHours(1), out var entry));
        Assert.InRange(entry.VisibilityTimeout, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(6));
        lease.EndRenewal(lease.Message.ReceiptHandle, TimeSpan.FromHours(11.9) + entry.VisibilityTimeout);
        Assert.False(lease.TryBeginRenewal(TimeSpan.FromHours(11.95), TimeSpan.MaxValue, TimeSpan.FromHours(1), out _));
    }

    [Fact]
    public async Task The_longest_renewal_is_one_that_SQS_accepts()
    {
        Assert.True(_book.TryOpen(await ReceiveAsync(), _ => { }, out var lease));
        Assert.True(lease.TryBeginRenewal(TimeSpan.Zero, TimeSpan.MaxValue, TimeSpan.FromHours(12), out var entry));

        var result = await _client.ChangeMessageVisibilityBatchAsync(_queueUrl, [entry]);

        Assert.Empty(result.Failed);
        Assert.True(entry.VisibilityTimeout > TimeSpan.FromHours(11.9));
    }

    [Theory]
    [InlineData(typeof(InvalidOperationException))]
    [InlineData(typeof(ValidationException))]
    public async Task Only_the_first_verdict_on_a_message_counts(Type later)
    {
        Assert.True(_book.TryOpen(await ReceiveAsync(), _ => { }, out var lease));

        await lease.Complete();
        await lease.Faulted((Exception)Activator.CreateInstance(later)!);
        await _book.AllSettledAsync();

        Assert.Equal(("0", "0"), await DepthAsync());
        Assert.Equal(("0", "0"), await DepthAsync(_deadLetterUrl));
    }

    private async Task<SqsMessage> ReceiveAsync() =>
        Assert.Single(await _client.ReceiveMessageAsync(_queueUrl, new SqsReceiveRequest { WaitTime = TimeSpan.FromSeconds(1) }));

    private async Task<SqsMessage> ReceiveAgainAsync(SqsMessageLease lease)
    {
        await _client.ChangeMessageVisibilityBatchAsync(_queueUrl, [new SqsVisibilityEntry(lease.Message.ReceiptHandle, TimeSpan.Zero)]);
        return await ReceiveAsync();
    }

    private async Task<(string Visible, string InFlight)> DepthAsync(string? queueUrl = null)
    {
        var attributes = await _client.GetQueueAttributesAsync(
            queueUrl ?? _queueUrl, ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]);

        return (attributes["ApproximateNumberOfMessages"], attributes["ApproximateNumberOfMessagesNotVisible"]);
    }
}
