using Amazon.Runtime;
using Amazon.SQS;
using FetchEtl.Local;
using FetchEtl.Sqs;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace FetchEtl.Service.Tests;

public sealed class QueueWatchTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private LocalSqs _sqs = null!;
    private AmazonSQSClient _client = null!;
    private QueueWatch _watch = null!;

    private long Readings => _sqs.CallCounts.GetValueOrDefault("GetQueueAttributes") / 2;

    public async Task InitializeAsync()
    {
        _sqs = await LocalSqs.StartAsync();
        _client = new AmazonSQSClient(
            new BasicAWSCredentials("a", "b"),
            new AmazonSQSConfig { ServiceURL = _sqs.ServiceUrl.ToString(), AuthenticationRegion = "us-east-1" });
        _watch = new QueueWatch(_client, Options.Create(new SqsSettings()), new SqsMetrics(), _time);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _sqs.DisposeAsync();
    }

    [Fact]
    public async Task It_asks_SQS_when_somebody_asks_and_while_idle_at_most_every_two_minutes()
    {
        var queue = (await _client.CreateQueueAsync("login-queue")).QueueUrl;
        await _client.CreateQueueAsync("login-queue-dead");
        await _client.SendMessageAsync(queue, "{}");
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, Readings);

        var counts = await _watch.ReadAsync();

        Assert.Equal((1, 0), (counts.Queue!.Visible, counts.DeadLetters!.Total));
        Assert.Null(counts.Problem);
        await _client.SendMessageAsync(queue, "{}");
        _time.Advance(TimeSpan.FromSeconds(119));
        Assert.Equal(1, (await _watch.ReadAsync()).Queue!.Visible);
        Assert.Equal(1, Readings);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, (await _watch.ReadAsync()).Queue!.Visible);
        Assert.Equal(2, Readings);
    }

    [Fact]
    public async Task A_queue_that_SQS_does_not_count_is_unknown_with_the_reason_and_the_other_is_known()
    {
        await _client.CreateQueueAsync("login-queue");

        var counts = await _watch.ReadAsync();

        Assert.Equal(0, counts.Queue!.Total);
        Assert.Null(counts.DeadLetters);
        Assert.StartsWith(
            "SQS does not count the messages of login-queue-dead (sqs:GetQueueAttributes): ",
            counts.Problem,
            StringComparison.Ordinal);
    }
}
