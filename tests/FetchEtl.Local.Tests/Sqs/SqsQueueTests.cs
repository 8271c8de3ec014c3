using FetchEtl.Testing;
using Microsoft.AspNetCore.Http;

namespace FetchEtl.Local.Tests;

/// <summary>What would take too long over HTTP, or happens there between two moments that no client can tell apart.</summary>
public sealed class SqsQueueTests
{
    [Fact]
    public async Task Past_120000_in_flight_a_receive_is_refused_and_a_long_poll_comes_back_empty()
    {
        var time = new ManualTimeProvider();
        using var queue = new SqsQueue(1, "q", "arn:q", QueueSettings.Create(fifo: false, given: null), time, _ => null);
        for (var i = 0; i <= SqsLimits.InFlight; i++)
        {
            queue.Send(new MessageContent("x", "md5"), delaySeconds: null);
        }

        var first = await queue.ReceiveAsync(SqsLimits.InFlight + 1, null, TimeSpan.Zero, CancellationToken.None);
        var refused = await Assert.ThrowsAsync<SqsException>(
            async () => await queue.ReceiveAsync(1, null, TimeSpan.Zero, CancellationToken.None));
        var waiting = queue.ReceiveAsync(1, visibilitySeconds: null, TimeSpan.FromSeconds(1), CancellationToken.None).AsTask();
        await time.WaitForTimersAsync();
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(SqsLimits.InFlight, first.Count);
        Assert.Equal("OverLimit", refused.Error.Name);
        Assert.Empty(await waiting);
        queue.Delete(first[0].ReceiptHandle);
        Assert.Single(await queue.ReceiveAsync(1, null, TimeSpan.Zero, CancellationToken.None));
    }

    /// <summary>A deleted message's due time must not keep it in memory for its whole visibility timeout.</summary>
    [Fact]
    public async Task Deleted_messages_are_not_kept_in_memory_until_they_would_have_become_visible()
    {
        var time = new ManualTimeProvider();
        using var queue = new SqsQueue(1, "q", "arn:q", QueueSettings.Create(fifo: false, given: null), time, _ => null);
        var bodies = new List<WeakReference>();
        for (var i = 0; i < 5000; i++)
        {
            await PassThrough(queue, bodies);
        }

        GC.Collect();
        Assert.InRange(bodies.Count(body => body.IsAlive), 0, 2000);
    }

    [Fact]
    public async Task A_dead_letter_whose_queue_is_deleted_at_that_moment_is_delivered_once_more_and_not_lost()
    {
        var time = new ManualTimeProvider();
        var dead = DeletedQueue(time);
        var policy = $$"""{"deadLetterTargetArn":"{{dead.Arn}}","maxReceiveCount":1}""";
        var settings = QueueSettings.Create(fifo: false, new Dictionary<string, string> { ["RedrivePolicy"] = policy });
        using var queue = new SqsQueue(2, "q", "arn:q", settings, time, _ => dead);
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
        var time = new ManualTimeProvider();
        var destination = DeletedQueue(time);
        using var source = new SqsQueue(
            2, "source", "arn:source", QueueSettings.Create(fifo: false, given: null), time, _ => destination);
        source.Send(new MessageContent("x", "md5"), delaySeconds: null);
        using var task = new MoveTask(source, destination, perSecond: null, time, _ => destination);

        task.Start();

        Assert.Equal((MoveTaskStatus.Failed, 0), (task.Status, task.Moved));
        Assert.Equal(SqsError.QueueDoesNotExist.QueryCode, task.FailureReason);
        Assert.Equal((0, 1, 0), source.Count());
    }

    [Fact]
    public async Task Queues_that_are_each_others_dead_letter_queue_move_their_messages_at_once_and_lose_none()
    {
        const int Messages = 200;
        var time = new ManualTimeProvider();
        var queues = new Dictionary<string, SqsQueue>();
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
                await (i % 2 == 0 ? one : two).ReceiveAsync(10, visibilitySeconds: 0, TimeSpan.Zero, CancellationToken.None);
            }
        })));

        Assert.Equal(2 * Messages, one.Count().Visible + one.Count().InFlight + two.Count().Visible + two.Count().InFlight);

        SqsQueue Create(int number, string arn, string deadLetterArn)
        {
            var policy = $$"""{"deadLetterTargetArn":"{{deadLetterArn}}","maxReceiveCount":1}""";
            var settings = QueueSettings.Create(fifo: false, new Dictionary<string, string> { ["RedrivePolicy"] = policy });
            return queues[arn] = new SqsQueue(number, arn, arn, settings, time, queues.GetValueOrDefault);
        }
    }

    [Fact]
    public async Task A_receive_whose_client_hung_up_gives_its_messages_back_and_counts()
    {
        using var store = new QueueStore(new LocalSqsOptions { TimeProvider = new ManualTimeProvider() });
        var queue = store.Create("q", attributes: null, tags: null);
        queue.Send(new MessageContent("x", "md5"), delaySeconds: null);
        var http = new DefaultHttpContext { RequestAborted = new(canceled: true) };

        var reply = await ReceiveMessage.RunAsync(new SqsCall(store, http), new() { QueueUrl = "q" });

        Assert.Null(reply.Messages);
        Assert.Equal((0, 1, 0), queue.Count());
        var next = Assert.Single(await queue.ReceiveAsync(1, null, TimeSpan.Zero, CancellationToken.None));
        Assert.Equal(2, next.ReceiveCount);
    }

    private static SqsQueue DeletedQueue(TimeProvider time)
    {
        var queue = new SqsQueue(1, "deleted", "arn:deleted", QueueSettings.Create(fifo: false, given: null), time, _ => null);
        queue.Dispose();
        return queue;
    }

    private static async Task PassThrough(SqsQueue queue, List<WeakReference> bodies)
    {
        var body = new string('x', 100);
        bodies.Add(new(body));
        queue.Send(new MessageContent(body, "md5"), delaySeconds: null);
        var received = await queue.ReceiveAsync(1, visibilitySeconds: 43_200, TimeSpan.Zero, CancellationToken.None);
        queue.Delete(received[0].ReceiptHandle);
    }
}
