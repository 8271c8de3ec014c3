using Amazon.SQS.Model;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FetchEtl.Sqs.Tests;

public sealed class SqsRiderTests
{
    [Fact]
    public async Task Every_message_is_consumed_once_and_deleted()
    {
        await using var host = await RiderHost.CreateAsync();
        await host.StartAsync();

        await host.SendNotesAsync(200);
        await host.QueueIsEmptyAsync();

        Assert.Equal(200, host.Behaviour.Seen.Select(x => x.Text).Distinct().Count());
        Assert.Equal(200, host.Behaviour.Seen.Count);
    }

    [Fact]
    public async Task A_message_has_its_SQS_id_and_sent_time_and_none_of_the_producers_return_addresses()
    {
        await using var host = await RiderHost.CreateAsync();
        await host.StartAsync();

        var sent = host.Time.GetUtcNow().UtcDateTime;
        var id = await host.SendAsync("""{"text":"a"}""", new Dictionary<string, MessageAttributeValue>
        {
            ["MT-Fault-Address"] = RiderHost.Text("loopback://localhost/faults"),
            ["MT-Response-Address"] = RiderHost.Text("loopback://localhost/responses"),
        });
        await host.QueueIsEmptyAsync();

        var seen = Assert.Single(host.Behaviour.Seen);
        Assert.Equal(Guid.Parse(id), seen.MessageId);
        Assert.Equal(sent, seen.SentTime);
        Assert.Null(seen.FaultAddress);
        Assert.False(seen.Redelivered);
    }

    [Fact]
    public async Task A_message_that_arrives_late_in_a_poll_longer_than_its_visibility_timeout_is_deleted()
    {
        await using var host = await RiderHost.CreateAsync(x =>
        {
            x.WaitTime = TimeSpan.FromSeconds(20);
            x.VisibilityTimeout = TimeSpan.FromSeconds(5);
        });
        await host.StartAsync();

        await host.AdvanceAsync(TimeSpan.FromSeconds(6));
        await host.SendAsync("""{"text":"late"}""");
        await host.EventuallyAsync(() => !host.Behaviour.Seen.IsEmpty, "the message is handled");
        await host.QueueIsEmptyAsync();

        Assert.Single(host.Behaviour.Seen);
    }

    [Fact]
    public async Task No_more_messages_are_in_flight_than_the_prefetch()
    {
        var gate = new TaskCompletionSource();
        await using var host = await RiderHost.CreateAsync(x => x.PrefetchCount = 25);
        host.Behaviour.Handle = _ => gate.Task;
        await host.StartAsync();

        await host.SendNotesAsync(100);
        // A poll runs only while there is room for ten messages, so with more than 15 in flight none runs.
        await host.EventuallyAsync(
            async () => (await host.DepthAsync(host.QueueUrl)).InFlight > 15, "no batch of ten fits");
        await host.AdvanceAsync(TimeSpan.FromMilliseconds(500));
        Assert.InRange((await host.DepthAsync(host.QueueUrl)).InFlight, 16, 25);

        gate.SetResult();
        await host.QueueIsEmptyAsync();
        Assert.Equal(100, host.Behaviour.Seen.Count);
    }

    [Fact]
    public async Task No_more_bytes_are_in_flight_than_may_be_prefetched()
    {
        var gate = new TaskCompletionSource();
        await using var host = await RiderHost.CreateAsync(x => x.PrefetchBytes = 10 * 1024 * 1024);
        host.Behaviour.Handle = _ => gate.Task;
        await host.StartAsync();

        var body = $$"""{"text":"{{new string('x', (1024 * 1024) - 20)}}"}""";
        for (var i = 0; i < 15; i++)
        {
            await host.SendAsync(body);
        }

        await host.EventuallyAsync(() => !host.Behaviour.Seen.IsEmpty, "a message is received");
        await host.AdvanceAsync(TimeSpan.FromMilliseconds(500));
        Assert.InRange((await host.DepthAsync(host.QueueUrl)).InFlight, 1, 10);

        gate.SetResult();
        await host.QueueIsEmptyAsync();
        Assert.Equal(15, host.Behaviour.Seen.Count);
    }

    [Fact]
    public async Task Nothing_is_received_and_no_lease_is_lost_while_the_gate_is_closed()
    {
        var opened = new TaskCompletionSource();
        var gate = Task.CompletedTask;
        await using var host = await RiderHost.CreateAsync(x =>
        {
            x.VisibilityTimeout = TimeSpan.FromSeconds(5);
            x.ReceiveGate = _ => Volatile.Read(ref gate);
        });
        host.Behaviour.Handle = _ => opened.Task;
        await host.StartAsync();

        await host.SendNotesAsync(3);
        await host.EventuallyAsync(() => host.Behaviour.Seen.Count == 3, "three are in flight");
        Volatile.Write(ref gate, opened.Task);
        await host.EventuallyAsync(
            () => host.Log.Contains("is paused", StringComparison.Ordinal), "the log reports the closed gate");
        await host.SendNotesAsync(20);
        await host.AdvanceAsync(TimeSpan.FromSeconds(6));
        Assert.Equal((20, 3), await host.DepthAsync(host.QueueUrl));

        opened.SetResult();
        await host.QueueIsEmptyAsync();
        Assert.Equal(23, host.Behaviour.Seen.Count);
        Assert.DoesNotContain(host.Behaviour.Seen, x => x.Redelivered);
    }

    [Fact]
    public async Task No_more_messages_are_handled_side_by_side_than_the_concurrency_limit()
    {
        var (running, most) = (0, 0);
        await using var host = await RiderHost.CreateAsync(x => x.ConcurrentMessageLimit = 3);
        host.Behaviour.Handle = async _ =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref running));
            await Task.Delay(TimeSpan.FromMilliseconds(5), host.Time);
            Interlocked.Decrement(ref running);
        };
        await host.StartAsync();

        await host.SendNotesAsync(60);
        await host.QueueIsEmptyAsync();

        Assert.InRange(most, 1, 3);
    }

    [Fact]
    public async Task A_message_handled_for_longer_than_its_visibility_timeout_is_delivered_once()
    {
        await using var host = await RiderHost.CreateAsync(x => x.VisibilityTimeout = TimeSpan.FromSeconds(5));
        host.Behaviour.Handle = _ => Task.Delay(TimeSpan.FromSeconds(8), host.Time);
        await host.StartAsync();

        await host.SendAsync("""{"text":"slow"}""");
        await host.EventuallyAsync(() => !host.Behaviour.Seen.IsEmpty, "the message is being handled");
        await host.QueueIsEmptyAsync();

        Assert.Single(host.Behaviour.Seen);
    }

    [Fact]
    public async Task Stopping_lets_messages_in_flight_finish()
    {
        var gate = new TaskCompletionSource();
        await using var host = await RiderHost.CreateAsync();
        host.Behaviour.Handle = _ => gate.Task;
        await host.StartAsync();
        await host.SendNotesAsync(30);
        await host.EventuallyAsync(() => host.Behaviour.Seen.Count == 30, "all are in flight");

        var stopping = host.BeginStopAsync();
        gate.SetResult();
        await host.EventuallyAsync(() => stopping.IsCompleted, "the bus has stopped");

        Assert.Equal((0, 0), await host.DepthAsync(host.QueueUrl));
    }

    [Fact]
    public async Task Stopping_releases_at_once_messages_that_do_not_finish_in_time()
    {
        await using var host = await RiderHost.CreateAsync(consumerStopTimeout: TimeSpan.FromMilliseconds(200));
        host.Behaviour.Handle = context => Task.Delay(Timeout.Infinite, context.CancellationToken);
        await host.StartAsync();
        await host.SendNotesAsync(30);
        await host.EventuallyAsync(() => host.Behaviour.Seen.Count == 30, "all are in flight");

        await host.StopAsync();

        Assert.Equal((30, 0), await host.DepthAsync(host.QueueUrl));
    }

    [Fact]
    public async Task Stopping_releases_at_once_messages_that_have_not_begun()
    {
        var gate = new TaskCompletionSource();
        await using var host = await RiderHost.CreateAsync(x => x.ConcurrentMessageLimit = 1);
        host.Behaviour.Handle = _ => gate.Task;
        await host.StartAsync();
        await host.SendNotesAsync(30);
        await host.EventuallyAsync(async () => await host.DepthAsync(host.QueueUrl) == (0, 30), "all are in flight");

        var stopping = host.BeginStopAsync();
        await host.EventuallyAsync(
            async () => await host.DepthAsync(host.QueueUrl) == (29, 1), "all but the one being handled are visible");
        Assert.False(stopping.IsCompleted);
        gate.SetResult();
        await host.EventuallyAsync(() => stopping.IsCompleted, "the bus has stopped");

        Assert.Equal((29, 0), await host.DepthAsync(host.QueueUrl));
        Assert.Single(host.Behaviour.Seen);
    }

    [Fact]
    public async Task A_consumer_that_ignores_cancellation_does_not_keep_the_endpoint_from_stopping()
    {
        var gate = new TaskCompletionSource();
        await using var host = await RiderHost.CreateAsync(
            consumerStopTimeout: TimeSpan.FromMilliseconds(200), stopTimeout: TimeSpan.FromSeconds(2));
        host.Behaviour.Handle = _ => gate.Task;
        await host.StartAsync();
        await host.SendNotesAsync(10);
        await host.EventuallyAsync(() => host.Behaviour.Seen.Count == 10, "all are in flight");

        await host.StopAsync();

        Assert.Equal((10, 0), await host.DepthAsync(host.QueueUrl));
        gate.SetResult();
    }

    [Fact]
    public async Task A_queue_that_does_not_exist_fails_the_start_with_its_name()
    {
        await using var host = await RiderHost.CreateAsync(x => x.CreateQueues = false);

        var failure = await Assert.ThrowsAnyAsync<Exception>(host.StartBusAsync);

        Assert.Contains("'notes' does not exist", failure.ToString());
    }

    [Fact]
    public async Task A_queue_that_SQS_does_not_create_fails_the_start_with_the_reason()
    {
        await using var host = await RiderHost.CreateAsync(queueName: "not a name");

        var failure = await Assert.ThrowsAnyAsync<Exception>(host.StartBusAsync);

        Assert.Contains("'not a name' cannot be used: InvalidParameterValue", failure.ToString());
    }

    [Fact]
    public async Task The_bus_is_healthy_only_while_it_can_receive()
    {
        await using var host = await RiderHost.CreateAsync();
        Assert.Equal(HealthStatus.Unhealthy, (await host.HealthAsync()).Status);

        await host.StartAsync();
        await host.IsHealthyAsync();

        await host.Sqs.DisposeAsync();
        await host.EventuallyAsync(
            async () => (await host.HealthAsync()).Status != HealthStatus.Healthy, "the bus reports the loss of SQS");
    }

    [Fact]
    public async Task Two_workers_share_a_queue()
    {
        await using var first = await RiderHost.CreateAsync(x => x.PrefetchCount = 10);
        await using var second = await RiderHost.CreateAsync(x => x.PrefetchCount = 10, beside: first);
        first.Behaviour.Handle = second.Behaviour.Handle = _ => Task.Delay(TimeSpan.FromMilliseconds(10), first.Time);
        await first.StartAsync();
        await second.StartAsync();

        await first.SendNotesAsync(300);
        await first.QueueIsEmptyAsync();

        Assert.Equal(300, first.Behaviour.Seen.Count + second.Behaviour.Seen.Count);
        Assert.NotEmpty(first.Behaviour.Seen);
        Assert.NotEmpty(second.Behaviour.Seen);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }
}
