using FetchEtl.Local;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Xunit.Abstractions;

namespace FetchEtl.Sqs.Tests;

/// <summary>How often the endpoint polls: with an idle queue, with polls that hang, while SQS refuses calls.</summary>
[Trait("Category", "Slow")]
public sealed class SqsPollTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Quarter = TimeSpan.FromSeconds(0.25);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task An_idle_queue_without_wait_time_is_polled_about_once_a_second()
    {
        await using var host = await RiderHost.CreateAsync(x => x.WaitTime = TimeSpan.Zero);
        await host.StartAsync();

        var before = host.Sqs.CallCounts["ReceiveMessage"];
        await host.AdvanceAsync(Minute, Quarter);

        var calls = host.Sqs.CallCounts["ReceiveMessage"] - before;
        output.WriteLine($"{calls} receives in an idle minute");
        Assert.InRange(calls, 30, 70);
    }

    [Fact]
    public async Task Throttled_receives_are_repeated_at_the_backoffs_rate_by_all_polls_together()
    {
        await using var host = await RiderHost.CreateAsync(x => x.WaitTime = TimeSpan.Zero);
        await host.StartAsync();
        await host.SendNotesAsync(200);
        host.Sqs.Faults = Faults(SqsFaultKind.Throttling, "ReceiveMessage");
        var before = host.Sqs.CallCounts["ReceiveMessage"];

        await host.AdvanceAsync(2 * Minute, Quarter);
        var calls = host.Sqs.CallCounts["ReceiveMessage"] - before;
        output.WriteLine($"{calls} receives in two minutes of throttling");
        host.Sqs.Faults = null;
        await host.QueueIsEmptyAsync();

        Assert.InRange(calls, 4, 40);
        Assert.Equal(200, host.Behaviour.Seen.Count);
    }

    [Fact]
    public async Task A_poll_whose_reply_takes_35_s_does_not_stall_the_messages_sent_meanwhile()
    {
        await using var host = await RiderHost.CreateAsync(x => x.WaitTime = TimeSpan.FromSeconds(1));
        host.Sqs.Faults = new SqsFaultPlan
        {
            Rules =
            [
                new SqsFaultRule
                {
                    Kind = SqsFaultKind.Latency, Operation = "ReceiveMessage", LatencyMilliseconds = 35_000,
                },
            ],
        };
        await host.StartAsync();
        await host.EventuallyAsync(() => host.Sqs.FaultCounts[SqsFaultKind.Latency] > 0, "the first poll hangs");
        host.Sqs.Faults = null;

        await host.SendNotesAsync(50);
        var sent = host.Time.GetTimestamp();
        await host.EventuallyAsync(() => host.Behaviour.Seen.Count == 50, "all are received");
        var waited = host.Time.GetElapsedTime(sent);
        output.WriteLine($"received after {waited.TotalSeconds} s");
        await host.SendNotesAsync(1);
        await host.EventuallyAsync(() => host.Behaviour.Seen.Count == 51, "another is received");

        Assert.InRange(waited, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.InRange(host.Time.GetElapsedTime(sent), TimeSpan.Zero, TimeSpan.FromSeconds(8));
        await host.QueueIsEmptyAsync();
    }

    [Fact]
    public async Task While_deletes_are_denied_nothing_is_received_and_the_log_and_health_say_why()
    {
        await using var host = await RiderHost.CreateAsync(x => x.VisibilityTimeout = TimeSpan.FromSeconds(20));
        await host.StartAsync();
        var arn = (await host.Client.GetQueueAttributesAsync(host.DeadLetterUrl, ["QueueArn"])).QueueARN;
        await host.Client.SetQueueAttributesAsync(host.QueueUrl, new Dictionary<string, string>
        {
            ["RedrivePolicy"] = $$"""{"deadLetterTargetArn":"{{arn}}","maxReceiveCount":2}""",
        });
        host.Sqs.Faults = Faults(SqsFaultKind.Error, "DeleteMessageBatch", "AccessDenied");

        await host.SendNotesAsync(1);
        await host.EventuallyAsync(
            () => host.Log.Contains("SQS refuses to delete", StringComparison.Ordinal), "the refusal is reported");
        await host.AdvanceAsync(TimeSpan.FromSeconds(2));
        await host.SendNotesAsync(300);
        await host.AdvanceAsync(Minute, Quarter);
        var seen = host.Behaviour.Seen.Count;
        var health = await host.HealthAsync();
        output.WriteLine($"{seen} of 301 received while deletes are denied; health {health.Status}");
        host.Sqs.Faults = null;
        await host.QueueIsEmptyAsync();

        Assert.Equal(1, seen);
        Assert.NotEqual(HealthStatus.Healthy, health.Status);
        Assert.Contains("AccessDenied", host.Log, StringComparison.Ordinal);
        Assert.Contains("sqs:DeleteMessage", host.Log, StringComparison.Ordinal);
        await host.IsHealthyAsync();
        Assert.Equal(301, host.Behaviour.Seen.Count);
        Assert.Equal((0, 0), await host.DepthAsync(host.DeadLetterUrl));
    }

    [Fact]
    public async Task While_receives_fail_the_health_has_the_latest_reason()
    {
        await using var host = await RiderHost.CreateAsync();
        await host.StartAsync();

        foreach (var code in new[] { "AccessDenied", "InternalFailure", "QueueDoesNotExist" })
        {
            host.Sqs.Faults = Faults(SqsFaultKind.Error, "ReceiveMessage", code);
            await host.EventuallyAsync(
                () => host.FaultReason()?.Contains(code, StringComparison.Ordinal) == true, $"the reason is {code}");
            Assert.DoesNotContain("..", host.FaultReason());
        }

        host.Sqs.Faults = null;
        await host.EventuallyAsync(() => host.FaultReason() is null, "it receives again");
    }

    /// <summary>Then every poll waits for room, and none at the gate.</summary>
    [Fact]
    public async Task While_deletes_are_denied_and_the_prefetch_is_full_health_says_so()
    {
        await using var host = await RiderHost.CreateAsync(x => x.PrefetchCount = 10);
        await host.StartAsync();
        host.Sqs.Faults = Faults(SqsFaultKind.Error, "DeleteMessageBatch", "AccessDenied");

        await host.SendNotesAsync(30);
        await host.EventuallyAsync(
            () => host.Log.Contains("SQS refuses to delete", StringComparison.Ordinal), "the refusal is reported");
        await host.AdvanceAsync(TimeSpan.FromSeconds(1));
        var health = await host.HealthAsync();
        host.Sqs.Faults = null;
        await host.QueueIsEmptyAsync();

        Assert.NotEqual(HealthStatus.Healthy, health.Status);
        await host.IsHealthyAsync();
    }

    /// <summary>With nothing left to delete, only a new message can show that SQS deletes again.</summary>
    [Fact]
    public async Task When_the_leases_of_all_consumed_messages_were_lost_receiving_resumes()
    {
        await using var host = await RiderHost.CreateAsync(x => x.VisibilityTimeout = TimeSpan.FromSeconds(5));
        await host.StartAsync();
        host.Sqs.Faults = new SqsFaultPlan
        {
            Rules =
            [
                new SqsFaultRule { Kind = SqsFaultKind.Error, Operation = "DeleteMessageBatch", Code = "AccessDenied" },
                new SqsFaultRule { Kind = SqsFaultKind.Throttling, Operation = "ChangeMessageVisibilityBatch" },
            ],
        };

        await host.SendNotesAsync(1);
        await host.EventuallyAsync(() => host.Log.Contains("was lost", StringComparison.Ordinal), "the lease is lost");
        await host.EventuallyAsync(() => host.Behaviour.Seen.Count > 1, "the message is received again");
        host.Sqs.Faults = null;

        await host.QueueIsEmptyAsync();
    }

    [Fact]
    public async Task Empty_receives_count_from_the_last_message_and_throttled_ones_do_not()
    {
        await using var host = await RiderHost.CreateAsync();
        await host.StartAsync();
        await host.EventuallyAsync(() => host.Metrics.EmptyReceives >= 2, "two receives were empty");

        var held = new TaskCompletionSource();
        host.Behaviour.Handle = _ => held.Task;
        await host.SendNotesAsync(3);
        await host.EventuallyAsync(() => host.Behaviour.Seen.Count == 3, "the messages are handled");
        host.Sqs.Faults = Faults(SqsFaultKind.Throttling, "ReceiveMessage");

        // The poll that is under way may still be empty.
        await host.AdvanceAsync(TimeSpan.FromSeconds(2));
        var empty = host.Metrics.EmptyReceives;
        await host.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.Equal((3, empty), (host.Metrics.InFlight, host.Metrics.EmptyReceives));
        Assert.InRange(empty, 0, 1);

        host.Sqs.Faults = null;
        held.SetResult();
        await host.EventuallyAsync(
            () => host.Metrics is { EmptyReceives: >= 2, InFlight: 0 },
            "the messages are deleted, and two receives were empty");
    }

    /// <summary>A throttled receive hides no message, so it does not delay the end of a drain.</summary>
    [Fact]
    public async Task Soon_after_a_throttled_receive_empty_ones_show_an_empty_queue()
    {
        await using var host = await RiderHost.CreateAsync(x => x.VisibilityTimeout = TimeSpan.FromMinutes(5));
        await host.StartAsync();
        host.Sqs.Faults = Faults(SqsFaultKind.Throttling, "ReceiveMessage");
        await host.EventuallyAsync(
            () => host.Log.Contains("RequestThrottled", StringComparison.Ordinal), "a receive was throttled");
        host.Sqs.Faults = null;
        var from = host.Time.GetTimestamp();
        var before = host.Metrics.EmptyReceives;

        await host.EventuallyAsync(() => host.Metrics.EmptyReceives >= before + 2, "two receives were empty");

        output.WriteLine($"after {host.Time.GetElapsedTime(from).TotalSeconds} s");
        Assert.InRange(host.Time.GetElapsedTime(from), TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    /// <summary>Its messages come back after the visibility timeout.</summary>
    [Fact]
    public async Task A_receive_of_malformed_messages_alone_is_not_empty_nor_are_those_that_follow()
    {
        var receives = 0;
        var malformed = """{"MessageId":"m-1","ReceiptHandle":"r-1","MD5OfBody":"0","Body":"{}"}""";
        await using var endpoint = await WireEndpoint.StartAsync(request => request.Headers["X-Amz-Target"] switch
        {
            "AmazonSQS.GetQueueUrl" => WireReply.QueueUrl,
            "AmazonSQS.ReceiveMessage" when Interlocked.Increment(ref receives) == 1 =>
                WireReply.Json($$"""{"Messages":[{{malformed}},{{malformed}}]}"""),
            _ => WireReply.Json("{}"),
        });
        await using var host = await RiderHost.CreateAsync(
            serviceUrl: endpoint.Url, connect: (url, time) => TestClients.Create(url, time: time));
        await host.StartBusAsync();

        await host.EventuallyAsync(() => Volatile.Read(ref receives) >= 5, "four receives followed");
        var (received, empty) = (host.Metrics.ReceivedTotal, host.Metrics.EmptyReceives);
        await host.EventuallyAsync(() => host.Metrics.EmptyReceives >= 2, "two receives were empty");

        Assert.Equal((2, 0), (received, empty));
    }

    /// <summary>Polls that a stop cuts off can swallow messages. So there is one of those at most.</summary>
    [Fact]
    public async Task Only_the_poll_that_stays_waits_for_longer_than_a_second()
    {
        RecordingSqs? client = null;
        await using var host = await RiderHost.CreateAsync(
            x => x.WaitTime = TimeSpan.FromSeconds(20), connect: (url, time) => client = new RecordingSqs(url, time));
        await host.StartAsync();

        await host.SendNotesAsync(300);
        await host.QueueIsEmptyAsync();
        await host.AdvanceAsync(TimeSpan.FromSeconds(5));

        output.WriteLine($"{client!.ShortPolls} polls waited for a second at most");
        Assert.Equal(1, client.MostLongPolls);
        Assert.True(client.ShortPolls > 0);
    }

    private static SqsFaultPlan Faults(SqsFaultKind kind, string operation, string? code = null) =>
        new() { Rules = [new SqsFaultRule { Kind = kind, Operation = operation, Code = code }] };
}
