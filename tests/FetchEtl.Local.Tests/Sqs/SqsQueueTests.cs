using FetchEtl.Local.Sqs;
using FetchEtl.Local.Sqs.Queues;
using FetchEtl.Testing;

namespace FetchEtl.Local.Tests.Sqs;

/// <summary>What would take too long over HTTP.</summary>
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

    private static async Task PassThrough(SqsQueue queue, List<WeakReference> bodies)
    {
        var body = new string('x', 100);
        bodies.Add(new(body));
        queue.Send(new MessageContent(body, "md5"), delaySeconds: null);
        var received = await queue.ReceiveAsync(1, visibilitySeconds: 43_200, TimeSpan.Zero, CancellationToken.None);
        queue.Delete(received[0].ReceiptHandle);
    }
}
