using FetchEtl.Local;

namespace FetchEtl.Sqs.Tests;

/// <summary>The rider on an SQS that throttles, loses replies, forgets deletes and delivers twice.</summary>
public sealed class SqsUnreliableTests
{
    private const string Slow = """{"text":"slow"}""";

    [Fact]
    public async Task A_lease_outlives_a_spell_of_throttled_renewals()
    {
        await using var host = await RiderHost.CreateAsync(x => x.VisibilityTimeout = TimeSpan.FromSeconds(6));
        host.Behaviour.Handle = _ => Task.Delay(TimeSpan.FromSeconds(9), host.Time);
        await host.StartAsync();
        host.Sqs.Faults = Always(SqsFaultKind.Throttling, "ChangeMessageVisibilityBatch");

        await host.SendAsync(Slow);
        await EventuallyStruckAsync(host, SqsFaultKind.Throttling);
        host.Sqs.Faults = null;
        await host.QueueIsEmptyAsync();

        Assert.Single(host.Behaviour.Seen);
        Assert.DoesNotContain("was lost", host.Log);
    }

    [Fact]
    public async Task A_message_delivered_again_after_its_lease_was_lost_is_not_handled_concurrently()
    {
        var gate = new TaskCompletionSource();
        await using var host = await RiderHost.CreateAsync(x => x.VisibilityTimeout = TimeSpan.FromSeconds(5));
        host.Behaviour.Handle = _ => gate.Task;
        await host.StartAsync();
        host.Sqs.Faults = Always(SqsFaultKind.Error, "ChangeMessageVisibilityBatch");

        await host.SendAsync(Slow);
        await host.EventuallyAsync(
            () => host.Log.Contains("was delivered again", StringComparison.Ordinal), "the message is delivered again");
        gate.SetResult();
        await host.QueueIsEmptyAsync();

        Assert.Single(host.Behaviour.Seen);
    }

    [Fact]
    public async Task A_dead_letter_queue_that_rejects_is_known_until_it_accepts_again()
    {
        await using var host = await RiderHost.CreateAsync();
        await host.StartAsync();
        Assert.Empty(host.Metrics.DeadLetterProblems);
        host.Sqs.Faults = Always(SqsFaultKind.Error, "SendMessageBatch");

        await host.SendAsync("no JSON");
        await host.EventuallyAsync(() => host.Metrics.DeadLetterProblems.Count > 0, "the rejection is known");
        Assert.Equal("notes-dead", Assert.Single(host.Metrics.DeadLetterProblems).Key);
        host.Sqs.Faults = null;
        await host.QueueIsEmptyAsync();

        Assert.Empty(host.Metrics.DeadLetterProblems);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Deletes_that_are_throttled_for_two_minutes_are_retried_and_no_message_is_handled_twice()
    {
        await using var host = await RiderHost.CreateAsync();
        await host.StartAsync();
        host.Sqs.Faults = Always(SqsFaultKind.Throttling, "DeleteMessageBatch");

        await host.SendNotesAsync(20);
        await host.AdvanceAsync(TimeSpan.FromMinutes(2), step: TimeSpan.FromSeconds(0.25));
        host.Sqs.Faults = null;
        await host.QueueIsEmptyAsync();

        Assert.Equal(20, host.Behaviour.Seen.Count);
    }

    [Theory]
    [InlineData(SqsFaultKind.PartialBatchFailure, "DeleteMessageBatch")]
    [InlineData(SqsFaultKind.ReplyLost, "DeleteMessageBatch")]
    [InlineData(SqsFaultKind.Error, "DeleteMessageBatch")]
    [InlineData(SqsFaultKind.DuplicateDelivery, "ReceiveMessage")]
    [InlineData(SqsFaultKind.Reordering, "ReceiveMessage")]
    public async Task A_message_in_flight_is_handled_once_despite_faults(SqsFaultKind kind, string operation)
    {
        // No message ends before all have arrived, so that a second delivery meets a message in flight.
        var held = new TaskCompletionSource();
        await using var host = await RiderHost.CreateAsync();
        host.Behaviour.Handle = _ => held.Task;
        await host.StartAsync();
        host.Sqs.Faults = Plan(kind, operation, 0.3);

        await host.SendNotesAsync(200);
        await host.EventuallyAsync(
            () => host.Behaviour.Seen.Select(x => x.Text).Distinct().Count() == 200, "all have arrived");
        held.SetResult();
        await host.QueueIsEmptyAsync();

        Assert.Equal(200, host.Behaviour.Seen.Count);
        Assert.NotEqual(0, host.Sqs.FaultCounts[kind]);
    }

    [Theory]
    [InlineData(SqsFaultKind.StaleHandleSuccess, "DeleteMessageBatch")]
    [InlineData(SqsFaultKind.ReplyLost, "ReceiveMessage")]
    [InlineData(SqsFaultKind.Throttling, "ReceiveMessage")]
    [InlineData(SqsFaultKind.Error, "ReceiveMessage")]
    public async Task A_message_that_a_fault_hides_until_its_visibility_timeout_is_not_lost(
        SqsFaultKind kind, string operation)
    {
        await using var host = await RiderHost.CreateAsync(x => x.VisibilityTimeout = TimeSpan.FromSeconds(5));
        await host.StartAsync();
        host.Sqs.Faults = Plan(kind, operation, 0.2);

        await host.SendNotesAsync(100);
        await host.EventuallyAsync(() => host.Sqs.FaultCounts[kind] > 1, "the fault struck");
        host.Sqs.Faults = null;
        await host.QueueIsEmptyAsync();

        Assert.Equal(100, host.Behaviour.Seen.Select(x => x.Text).Distinct().Count());
    }

    [Fact]
    public async Task Stopping_ends_in_bounded_time_even_when_SQS_rejects_every_release()
    {
        var gate = new TaskCompletionSource();
        await using var host = await RiderHost.CreateAsync(
            consumerStopTimeout: TimeSpan.Zero, stopTimeout: TimeSpan.FromSeconds(5));
        host.Behaviour.Handle = context => gate.Task.WaitAsync(context.CancellationToken);
        await host.StartAsync();
        await host.SendNotesAsync(20);
        await host.EventuallyAsync(() => host.Behaviour.Seen.Count == 20, "all are in flight");
        host.Sqs.Faults = Always(SqsFaultKind.Throttling, "ChangeMessageVisibilityBatch");

        var started = host.Time.GetTimestamp();
        await host.StopAsync();

        Assert.InRange(host.Time.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    private static Task EventuallyStruckAsync(RiderHost host, SqsFaultKind kind) =>
        host.EventuallyAsync(() => Task.FromResult(host.Sqs.FaultCounts[kind] > 0), $"{kind} struck");

    private static SqsFaultPlan Always(SqsFaultKind kind, string operation) => Plan(kind, operation, 1);

    private static SqsFaultPlan Plan(SqsFaultKind kind, string operation, double probability) => new()
    {
        Seed = 7,
        Rules = [new SqsFaultRule { Kind = kind, Operation = operation, Probability = probability }],
    };
}
