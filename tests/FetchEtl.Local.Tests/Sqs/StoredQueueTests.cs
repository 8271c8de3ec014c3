using FetchEtl.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace FetchEtl.Local.Tests;

/// <summary>Cases that take too long over HTTP, or that need a moment which no client can hit.</summary>
public sealed class StoredQueueTests
{
    [Fact]
    [Trait("Category", "Slow")]
    public async Task With_120000_in_flight_a_receive_is_rejected_and_a_long_poll_returns_nothing()
    {
        var time = new SignalingTimeProvider();
        using var queue = new StoredQueue(
            1, "q", "arn:q", QueueSettings.Create(fifo: false, given: null), time, _ => null);
        for (var i = 0; i <= Quotas.InFlight; i++)
        {
            queue.Send(new MessageContent("x", "md5"), delaySeconds: null);
        }

        var first = await queue.ReceiveAsync(Quotas.InFlight + 1, null, TimeSpan.Zero, CancellationToken.None);
        var rejection = await Assert.ThrowsAsync<ApiException>(
            async () => await queue.ReceiveAsync(1, null, TimeSpan.Zero, CancellationToken.None));
        var waiting = queue
            .ReceiveAsync(1, visibilitySeconds: null, TimeSpan.FromSeconds(1), CancellationToken.None)
            .AsTask();
        await time.WaitForTimersAsync();
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(Quotas.InFlight, first.Count);
        Assert.Equal("OverLimit", rejection.Error.Name);
        Assert.Empty(await waiting);
        queue.Delete(first[0].ReceiptHandle);
        Assert.Single(await queue.ReceiveAsync(1, null, TimeSpan.Zero, CancellationToken.None));
    }

    /// <summary>
    /// The due time of a deleted message must not keep it in memory for its whole visibility timeout.
    /// </summary>
    [Fact]
    public async Task Deleted_messages_do_not_stay_in_memory_until_their_visibility_timeout_ends()
    {
        var time = new FakeTimeProvider();
        using var queue = new StoredQueue(
            1, "q", "arn:q", QueueSettings.Create(fifo: false, given: null), time, _ => null);
        var bodies = new List<WeakReference>();
        for (var i = 0; i < 5000; i++)
        {
            await PassThrough(queue, bodies);
        }

        GC.Collect();
        Assert.InRange(bodies.Count(body => body.IsAlive), 0, 2000);
    }

    [Fact]
    public async Task A_dead_letter_whose_queue_is_deleted_at_that_moment_is_delivered_again_and_not_lost()
    {
        var time = new FakeTimeProvider();
        var dead = DeletedQueue(time);
        var policy = $$"""{"deadLetterTargetArn":"{{dead.Arn}}","maxReceiveCount":1}""";
        var settings = QueueSettings.Create(fifo: false, new Dictionary<string, string> { ["RedrivePolicy"] = policy });
        using var queue = new StoredQueue(2, "q", "arn:q", settings, time, _ => dead);
        queue.Send(new MessageContent("x", "md5"), delaySeconds: null);
        await queue.ReceiveAsync(1, visibilitySeconds: 0, TimeSpan.Zero, CancellationToken.None);
        queue.Send(new MessageContent("y", "md5"), delaySeconds: null);

        var received = await queue.ReceiveAsync(10, null, TimeSpan.Zero, CancellationToken.None);

        Assert.Equal(
            [("x", 2), ("y", 1)],
            received.Select(delivery => (delivery.Message.Content.Body, delivery.ReceiveCount)).Order());
    }

    [Fact]
    public void A_move_task_whose_destination_is_deleted_at_that_moment_fails_and_leaves_the_messages()
    {
        var time = new FakeTimeProvider();
        var destination = DeletedQueue(time);
        using var source = new StoredQueue(
            2, "source", "arn:source", QueueSettings.Create(fifo: false, given: null), time, _ => destination);
        source.Send(new MessageContent("x", "md5"), delaySeconds: null);
        using var task = new MoveTask(source, destination, perSecond: null, time, _ => destination);

        task.Start();

        Assert.Equal((MoveTaskStatus.Failed, 0), (task.Status, task.Moved));
        Assert.Equal(ApiError.QueueDoesNotExist.QueryCode, task.FailureReason);
        Assert.Equal((0, 1, 0), source.Count());
    }

    [Fact]
    public async Task Two_queues_that_are_dead_letter_queues_of_each_other_neither_deadlock_nor_lose_messages()
    {
        const int Messages = 200;
        var time = new FakeTimeProvider();
        var queues = new Dictionary<string, StoredQueue>();
        using var one = Create(1, "arn:one", "arn:two");
        using var two = Create(2, "arn:two", "arn:one");
        for (var i = 0; i < Messages; i++)
        {
            one.Send(new MessageContent("x", "md5"), delaySeconds: null);
            two.Send(new MessageContent("x", "md5"), delaySeconds: null);
        }

        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(async () =>
        {
            for (var round = 0; round < 500; round++)
            {
                await (i % 2 == 0 ? one : two).ReceiveAsync(
                    10, visibilitySeconds: 0, TimeSpan.Zero, CancellationToken.None);
            }
        })));

        Assert.Equal(
            2 * Messages, one.Count().Visible + one.Count().InFlight + two.Count().Visible + two.Count().InFlight);

        StoredQueue Create(int number, string arn, string deadLetterArn)
        {
            var policy = $$"""{"deadLetterTargetArn":"{{deadLetterArn}}","maxReceiveCount":1}""";
            var settings = QueueSettings.Create(
                fifo: false, new Dictionary<string, string> { ["RedrivePolicy"] = policy });
            return queues[arn] = new StoredQueue(number, arn, arn, settings, time, queues.GetValueOrDefault);
        }
    }

    [Fact]
    public async Task A_receive_whose_client_closed_the_connection_releases_its_messages_and_counts()
    {
        using var store = new QueueStore(new LocalSqsOptions { TimeProvider = new FakeTimeProvider() });
        var queue = store.Create("q", attributes: null, tags: null);
        queue.Send(new MessageContent("x", "md5"), delaySeconds: null);
        var http = new DefaultHttpContext { RequestAborted = new(canceled: true) };

        var output = await ReceiveMessage.RunAsync(new ApiCall(store, http), new() { QueueUrl = "q" });

        Assert.Null(output.Messages);
        Assert.Equal((0, 1, 0), queue.Count());
        var next = Assert.Single(await queue.ReceiveAsync(1, null, TimeSpan.Zero, CancellationToken.None));
        Assert.Equal(2, next.ReceiveCount);
    }

    private static StoredQueue DeletedQueue(TimeProvider time)
    {
        var queue = new StoredQueue(
            1, "deleted", "arn:deleted", QueueSettings.Create(fifo: false, given: null), time, _ => null);
        queue.Dispose();
        return queue;
    }

    private static async Task PassThrough(StoredQueue queue, List<WeakReference> bodies)
    {
        var body = new string('x', 100);
        bodies.Add(new(body));
        queue.Send(new MessageContent(body, "md5"), delaySeconds: null);
        var received = await queue.ReceiveAsync(1, visibilitySeconds: 43_200, TimeSpan.Zero, CancellationToken.None);
        queue.Delete(received[0].ReceiptHandle);
    }
}
