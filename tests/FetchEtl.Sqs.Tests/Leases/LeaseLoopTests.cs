using System.ComponentModel.DataAnnotations;
using Amazon.SQS.Model;
using FetchEtl.Local;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs.Tests;

/// <summary>The lease loop with real calls to LocalSqs, in virtual time.</summary>
public sealed class LeaseLoopTests
{
    [Fact]
    public async Task Ten_entries_are_sent_at_once_in_one_call()
    {
        await using var host = await LoopHost.StartAsync();
        var leases = await host.HoldAsync(20);

        await Task.WhenAll(leases.Select(x => x.Complete()));
        await host.CatchUpAsync();

        Assert.Equal([10, 10], host.Client.CallsOf("Delete").Select(x => x.Entries.Length));
        Assert.Equal((0, 0), await host.DepthAsync());
    }

    [Fact]
    public async Task A_partial_batch_is_sent_after_the_linger_of_100_ms()
    {
        await using var host = await LoopHost.StartAsync();
        var leases = await host.HoldAsync(3);

        await Task.WhenAll(leases.Select(x => x.Complete()));
        await host.AdvanceAsync(TimeSpan.FromMilliseconds(99));
        Assert.Empty(host.Client.Calls);
        await host.AdvanceAsync(TimeSpan.FromMilliseconds(1));

        Assert.Equal([3], host.Client.CallsOf("Delete").Select(x => x.Entries.Length));
        Assert.Equal((0, 0), await host.DepthAsync());
    }

    [Fact]
    public async Task A_failed_message_is_returned_after_its_delay()
    {
        await using var host = await LoopHost.StartAsync();
        var lease = Assert.Single(await host.HoldAsync(1));

        await lease.Faulted(new TimeoutException());
        await host.AdvanceAsync(TimeSpan.FromMilliseconds(200));

        var call = Assert.Single(host.Client.CallsOf("ChangeVisibility"));
        Assert.Equal([1], call.Seconds);
        Assert.Empty(await host.ReceiveAsync());
        await host.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Single(await host.ReceiveAsync());
    }

    [Fact]
    public async Task A_closed_lease_returns_its_room_in_the_prefetch_window()
    {
        await using var host = await LoopHost.StartAsync();
        await host.Window.ReserveAsync(100, 0, CancellationToken.None);
        var leases = await host.HoldAsync(10);
        var room = host.Window.ReserveAsync(10, 0, CancellationToken.None);
        Assert.False(room.IsCompleted);

        await Task.WhenAll(leases.Select(x => x.Complete()));
        await host.CatchUpAsync();

        await room;
    }

    [Fact]
    public async Task Renewals_are_sent_ten_a_call_and_hide_the_messages_while_they_are_handled()
    {
        await using var host = await LoopHost.StartAsync(visibilitySeconds: 30);
        var leases = await host.HoldAsync(20);

        await host.AdvanceAsync(TimeSpan.FromMinutes(2), stepMilliseconds: 500);

        Assert.Equal((0, 20), await host.DepthAsync());
        Assert.All(host.Client.Calls, x => Assert.Equal(("ChangeVisibility", 10), (x.Operation, x.Entries.Length)));
        Assert.All(host.Client.Calls, x => Assert.All(x.Seconds, seconds => Assert.Equal(30, seconds)));

        // A renewal waits for half of the lease, 15 s, and then up to 5 s for the next beat.
        Assert.InRange(host.Client.Calls.Count, 2 * 120 / 20, 2 * 120 / 15);
        await Task.WhenAll(leases.Select(x => x.Complete()));
        await host.CatchUpAsync();
        Assert.Equal((0, 0), await host.DepthAsync());
    }

    [Fact]
    public async Task SQS_accepts_every_renewal_up_to_its_twelve_hours_and_the_message_is_visible_after_them()
    {
        await using var host = await LoopHost.StartAsync(visibilitySeconds: 2.5 * 3600);
        await host.HoldAsync(1);

        await host.AdvanceAsync(TimeSpan.FromHours(12) - TimeSpan.FromSeconds(11), stepMilliseconds: 120_000);
        Assert.Equal((0, 1), await host.DepthAsync());
        await host.AdvanceAsync(TimeSpan.FromSeconds(11), stepMilliseconds: 1000);

        Assert.Equal((1, 0), await host.DepthAsync());
        Assert.All(
            host.Client.Calls, x => Assert.True(x.At + TimeSpan.FromSeconds(x.Seconds[0]) <= TimeSpan.FromHours(12)));
    }

    [Fact]
    public async Task A_lease_that_SQS_does_not_renew_is_lost_and_its_message_is_not_deleted()
    {
        await using var host = await LoopHost.StartAsync(visibilitySeconds: 30);
        var lease = Assert.Single(await host.HoldAsync(1));
        host.Sqs.Faults = Faults(SqsFaultKind.Error, "ChangeMessageVisibilityBatch");

        await host.AdvanceAsync(TimeSpan.FromSeconds(31), stepMilliseconds: 500);
        await lease.Complete();
        await host.AdvanceAsync(TimeSpan.FromSeconds(1));

        Assert.Equal(3, host.Client.CallsOf("ChangeVisibility").Count());
        Assert.Empty(host.Client.CallsOf("Delete"));
        Assert.Equal((1, 0), await host.DepthAsync());
    }

    [Fact]
    public async Task A_message_delivered_twice_is_handled_once_and_both_deliveries_are_deleted()
    {
        await using var host = await LoopHost.StartAsync();
        host.Sqs.Faults = Faults(SqsFaultKind.DuplicateDelivery, "ReceiveMessage");
        var lease = Assert.Single(await host.HoldAsync(1));
        host.Sqs.Faults = null;

        Assert.Empty(await host.Loop.OpenAsync(await host.ReceiveAsync()));
        await lease.Complete();
        await host.AdvanceAsync(TimeSpan.FromMilliseconds(100));

        Assert.Equal(2, Assert.Single(host.Client.CallsOf("Delete")).Entries.Distinct().Count());
        Assert.Equal((0, 0), await host.DepthAsync());
    }

    [Fact]
    public async Task Dead_letters_share_calls_of_at_most_1_MiB_and_then_their_messages_are_deleted()
    {
        const int size = 300 * 1024;
        await using var host = await LoopHost.StartAsync();
        var leases = await host.HoldAsync(10, new string('x', size));

        await Task.WhenAll(leases.Select(x => x.Faulted(new ValidationException("Field a: required."))));
        await host.AdvanceAsync(TimeSpan.FromSeconds(1));

        Assert.Equal([size, 3 * size, 3 * size, 3 * size], host.Client.CallsOf("Send").Select(x => x.Bytes).Order());
        Assert.Equal((10, 0), await host.DepthAsync(host.DeadLetterUrl));
        Assert.Equal((0, 0), await host.DepthAsync());
        var reason = (await host.ReceiveAsync(host.DeadLetterUrl))[0].MessageAttributes[DeadLetterAttributes.Reason];
        Assert.Equal("Field a: required.", reason.StringValue);
    }

    [Fact]
    public async Task A_delete_that_hangs_delays_no_other_call_and_is_retried_after_30_s()
    {
        await using var host = await LoopHost.StartAsync(visibilitySeconds: 90);
        var leases = await host.HoldAsync(20);
        var hanging = leases[0].Message.ReceiptHandle;
        host.Client.Hangs = x => x.Entries.Contains(hanging) && x.At < TimeSpan.FromSeconds(10);

        await Task.WhenAll(leases[..10].Select(x => x.Complete()));
        await host.CatchUpAsync();
        await Task.WhenAll(leases[10..].Select(x => x.Complete()));
        await host.CatchUpAsync();
        Assert.Equal((0, 10), await host.DepthAsync());
        await host.AdvanceAsync(TimeSpan.FromSeconds(29), stepMilliseconds: 250);
        Assert.Equal((0, 10), await host.DepthAsync());
        await host.AdvanceAsync(TimeSpan.FromSeconds(3), stepMilliseconds: 250);

        Assert.Equal((0, 0), await host.DepthAsync());
    }

    [Fact]
    public async Task A_renewal_that_hangs_ends_before_the_next_one_is_due()
    {
        await using var host = await LoopHost.StartAsync(visibilitySeconds: 30);
        await host.HoldAsync(1);
        host.Client.Hangs = x => x.At < TimeSpan.FromSeconds(22);

        await host.AdvanceAsync(TimeSpan.FromSeconds(60), stepMilliseconds: 250);

        Assert.Equal([15, 20, 25, 40], host.Client.Calls.Take(4).Select(x => Math.Round(x.At.TotalSeconds)));
        Assert.Equal((0, 1), await host.DepthAsync());
    }

    [Fact]
    public async Task A_loop_that_is_stopped_ends_when_every_lease_is_closed()
    {
        await using var host = await LoopHost.StartAsync();
        var leases = await host.HoldAsync(2);

        await host.RequestStopAsync();
        await leases[0].Complete();
        await host.AdvanceAsync(TimeSpan.FromSeconds(40), stepMilliseconds: 500);
        Assert.False(host.Running.IsCompleted);
        Assert.Equal((0, 1), await host.DepthAsync());
        leases[1].Release();
        await host.AdvanceAsync(TimeSpan.FromSeconds(1));

        await host.EndedAsync();
        Assert.Equal((1, 0), await host.DepthAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.Loop.OpenAsync([]));
        Assert.Equal(0, host.Metrics.InFlight);
    }

    [Fact]
    public async Task Giving_up_releases_the_messages_in_flight_with_one_attempt_and_the_loop_ends()
    {
        await using var host = await LoopHost.StartAsync();
        await host.HoldAsync(10);
        host.Sqs.Faults = Faults(SqsFaultKind.Throttling, "ChangeMessageVisibilityBatch");

        await host.RequestStopAsync();
        host.Loop.GiveUp();
        await host.AdvanceAsync(TimeSpan.FromSeconds(1));

        await host.EndedAsync();
        Assert.Equal(10, Assert.Single(host.Client.Calls).Entries.Length);
    }

    /// <summary>
    /// A receive reply can arrive after the loop gave up. Its messages must not delay the stop.
    /// </summary>
    [Fact]
    public async Task A_message_that_arrives_after_giving_up_is_released_with_one_call()
    {
        await using var host = await LoopHost.StartAsync();
        host.Loop.GiveUp();
        host.Sqs.Faults = Faults(SqsFaultKind.Throttling, "ChangeMessageVisibilityBatch");

        var lease = Assert.Single(await host.HoldAsync(1));
        lease.Release();
        host.Loop.Stop();
        await host.AdvanceAsync(TimeSpan.FromSeconds(1));

        await host.EndedAsync();
        Assert.Equal([0], Assert.Single(host.Client.Calls).Seconds);
    }

    /// <summary>A poll that waits for ever would leave an endpoint that receives nothing and looks healthy.</summary>
    [Fact]
    public async Task A_loop_that_fails_fails_the_receive_that_it_was_handling_and_those_that_wait()
    {
        await using var host = await LoopHost.StartAsync(logger: new ThrowingLogger());
        await host.HoldAsync(1);

        var handled = host.Loop.OpenAsync([new Message()]).WaitAsync(LoopHost.Limit);
        var waiting = host.Loop.OpenAsync([]).WaitAsync(LoopHost.Limit);

        await Assert.ThrowsAsync<InvalidOperationException>(() => handled);
        await Assert.ThrowsAsync<NotSupportedException>(host.EndedAsync);
        await Assert.ThrowsAsync<InvalidOperationException>(() => waiting);
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.Loop.OpenAsync([]));
    }

    [Fact]
    public async Task A_message_without_id_handle_or_body_is_left_on_its_queue_and_the_others_are_handled()
    {
        await using var host = await LoopHost.StartAsync();
        await host.HoldAsync(1);
        var good = new Message { MessageId = "id", ReceiptHandle = "handle", Body = "{}" };

        var opened = await host.Loop.OpenAsync([null!, new Message { MessageId = "id2", Body = "{}" }, good]);

        Assert.Equal("id", Assert.Single(opened).Message.MessageId);
    }

    private static SqsFaultPlan Faults(SqsFaultKind kind, string operation) =>
        new() { Rules = [new SqsFaultRule { Kind = kind, Operation = operation }] };

    private sealed class ThrowingLogger : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            throw new NotSupportedException("The logger fails.");
    }
}
