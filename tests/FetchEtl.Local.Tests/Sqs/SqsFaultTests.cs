using Amazon.SQS;
using Amazon.SQS.Model;

namespace FetchEtl.Local.Tests;

/// <summary>Each kind of fault, as a client sees it.</summary>
public sealed class SqsFaultTests
{
    [Theory, EachProtocol]
    public async Task An_error_rejects_the_call_and_has_no_effect(WireProtocol protocol)
    {
        await using var local = await LocalQueue.StartAsync(protocol: protocol);
        local.SetFaults(new SqsFaultRule { Kind = SqsFaultKind.Error, Operation = "SendMessage" });

        await Rejection.OfAsync<AmazonSQSException>("InternalError", 500, () => local.Queue.SendAsync("x"));

        Assert.Equal((0, 0, 0), await local.Queue.CountAsync());
        Assert.Equal(1, local.Injected(SqsFaultKind.Error));
    }

    [Theory]
    [InlineData("ServiceUnavailable", "ServiceUnavailable", 503)]
    [InlineData("InternalFailure", "InternalFailure", 500)]
    [InlineData("AccessDeniedException", "AccessDeniedException", 403)]
    [InlineData("ExpiredToken", "ExpiredToken", 403)]
    [InlineData("InvalidClientTokenId", "InvalidClientTokenId", 403)]
    [InlineData("OverLimit", "OverLimit", 403)]
    [InlineData("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", 400)]
    [InlineData("SomethingElse", "SomethingElse", 400)]
    public async Task An_error_has_the_status_and_the_names_of_AWS(string given, string code, int status)
    {
        foreach (var protocol in Enum.GetValues<WireProtocol>())
        {
            await using var local = await LocalQueue.StartAsync(protocol: protocol);
            local.SetFaults(new SqsFaultRule { Kind = SqsFaultKind.Error, Code = given });

            var rejection = await Assert.ThrowsAnyAsync<AmazonSQSException>(() => local.Queue.ReceiveAsync());

            Assert.Equal((code, status), (rejection.ErrorCode, (int)rejection.StatusCode));
        }
    }

    [Theory, EachProtocol]
    public async Task Throttling_rejects_the_call_and_has_no_effect(WireProtocol protocol)
    {
        await using var local = await LocalQueue.StartAsync(protocol: protocol);
        await local.Queue.SendAsync("x");
        local.SetFaults(new SqsFaultRule { Kind = SqsFaultKind.Throttling, Operation = "ReceiveMessage" });

        await Rejection.OfAsync<RequestThrottledException>("RequestThrottled", 403, () => local.Queue.ReceiveAsync());

        Assert.Equal((1, 0, 0), await local.Queue.CountAsync());
        Assert.Equal(1, local.Injected(SqsFaultKind.Throttling));
    }

    [Fact]
    public async Task Latency_comes_before_the_effect()
    {
        await using var local = await LocalQueue.StartAsync();
        local.SetFaults(
            new SqsFaultRule { Kind = SqsFaultKind.Latency, Operation = "SendMessage", LatencyMilliseconds = 500 });

        var sending = local.Queue.SendAsync("x");
        await local.Time.WaitForTimersAsync();
        local.Advance(0.499);
        Assert.Equal((0, 0, 0), await local.Queue.CountAsync());
        local.Advance(0.001);
        await sending;

        Assert.Equal((1, 0, 0), await local.Queue.CountAsync());
        Assert.Equal(1, local.Injected(SqsFaultKind.Latency));
    }

    [Theory, EachProtocol]
    public async Task A_lost_reply_closes_the_connection_and_keeps_the_effect(WireProtocol protocol)
    {
        await using var local = await LocalQueue.StartAsync(protocol: protocol);
        local.SetFaults(new SqsFaultRule { Kind = SqsFaultKind.ReplyLost });

        await Rejection.LosesReplyAsync(() => local.Queue.SendAsync("x"));
        await Rejection.LosesReplyAsync(() => local.Queue.ReceiveAsync());

        Assert.Equal(2, local.Injected(SqsFaultKind.ReplyLost));
        local.SetFaults();
        Assert.Equal((0, 1, 0), await local.Queue.CountAsync());
        local.Advance(30);
        Assert.Equal("2", (await local.Queue.ReceiveWithAttributesAsync()).Attributes["ApproximateReceiveCount"]);
    }

    [Theory, EachProtocol]
    public async Task A_rejection_can_be_a_lost_reply_too(WireProtocol protocol)
    {
        await using var local = await LocalQueue.StartAsync(protocol: protocol);
        local.SetFaults(new SqsFaultRule { Kind = SqsFaultKind.ReplyLost });

        await Rejection.LosesReplyAsync(() => local.Sqs.GetQueueUrlAsync("none"));
    }

    [Theory, EachProtocol]
    public async Task In_a_partly_failed_batch_the_failed_entries_have_no_effect_and_the_others_run(
        WireProtocol protocol)
    {
        await using var local = await LocalQueue.StartAsync(protocol: protocol);
        local.SetFaults(new SqsFaultRule { Kind = SqsFaultKind.PartialBatchFailure, Probability = 0.5 });

        var sent = await local.Sqs.SendMessageBatchAsync(
            local.Queue.Url, [.. Enumerable.Range(0, 10).Select(
                i => new SendMessageBatchRequestEntry($"{i}", $"{i}"))]);

        Assert.InRange(sent.Failed.Count, 1, 9);
        Assert.All(sent.Failed, entry => Assert.Equal(("InternalError", false), (entry.Code, entry.SenderFault)));
        Assert.Equal(sent.Failed.Count, local.Injected(SqsFaultKind.PartialBatchFailure));
        Assert.Equal(
            sent.Successful.Select(entry => entry.Id), (await local.Queue.ReceiveAsync()).Select(
                message => message.Body));
    }

    [Theory, EachProtocol]
    public async Task A_duplicate_delivery_comes_with_the_next_receive_and_only_the_newest_handle_deletes(
        WireProtocol protocol)
    {
        await using var local = await LocalQueue.StartAsync(protocol: protocol);
        await local.Queue.SendAsync("x");
        await local.Queue.SendAsync("y");
        local.SetFaults(new SqsFaultRule { Kind = SqsFaultKind.DuplicateDelivery });

        var first = await local.Queue.ReceiveOneAsync();
        local.SetFaults();
        var second = await local.Queue.ReceiveWithAttributesAsync();

        Assert.Equal(1, local.Injected(SqsFaultKind.DuplicateDelivery));
        Assert.Equal(first.MessageId, second.MessageId);
        Assert.NotEqual(first.ReceiptHandle, second.ReceiptHandle);
        Assert.Equal("2", second.Attributes["ApproximateReceiveCount"]);
        await local.Queue.DeleteAsync(first);
        Assert.Equal((1, 1, 0), await local.Queue.CountAsync());
        await local.Queue.DeleteAsync(second);
        Assert.Equal((1, 0, 0), await local.Queue.CountAsync());
    }

    [Fact]
    public async Task A_message_deleted_before_its_duplicate_delivery_is_not_delivered_again()
    {
        await using var local = await LocalQueue.StartAsync();
        await local.Queue.SendAsync("x");
        local.SetFaults(new SqsFaultRule { Kind = SqsFaultKind.DuplicateDelivery });

        await local.Queue.DeleteAsync(await local.Queue.ReceiveOneAsync());

        Assert.Equal((0, 0, 0), await local.Queue.CountAsync());
    }

    [Fact]
    public async Task A_waiting_receive_gets_the_duplicate_of_a_message_that_another_received()
    {
        await using var local = await LocalQueue.StartAsync();
        local.SetFaults(new SqsFaultRule { Kind = SqsFaultKind.DuplicateDelivery });
        var one = local.Queue.WaitAsync();
        var other = local.Queue.WaitAsync();
        await local.Time.WaitForTimersAsync(2);

        await local.Queue.SendAsync("x");

        var received = await Task.WhenAll(one, other);
        Assert.Equal(Assert.Single(received[0]).MessageId, Assert.Single(received[1]).MessageId);
    }

    [Theory, EachProtocol]
    public async Task After_a_stale_handle_success_the_message_returns(WireProtocol protocol)
    {
        await using var local = await LocalQueue.StartAsync(protocol: protocol);
        await local.Queue.SendAsync("x");
        await local.Queue.SendAsync("y");
        local.SetFaults(new SqsFaultRule { Kind = SqsFaultKind.StaleHandleSuccess });
        var messages = await local.Queue.ReceiveAsync();

        await local.Queue.DeleteAsync(messages[0]);
        var batch = await local.Sqs.DeleteMessageBatchAsync(local.Queue.Url, [new("1", messages[1].ReceiptHandle)]);

        Assert.Single(batch.Successful);
        Assert.Equal(2, local.Injected(SqsFaultKind.StaleHandleSuccess));
        Assert.Equal((0, 2, 0), await local.Queue.CountAsync());
        local.Advance(30);
        Assert.Equal(2, (await local.Queue.ReceiveAsync()).Count);
    }

    [Fact]
    public async Task Reordering_delivers_every_message_once_in_another_order()
    {
        await using var local = await LocalQueue.StartAsync();
        local.SetFaults(new SqsFaultRule { Kind = SqsFaultKind.Reordering });
        var sent = Enumerable.Range(0, 30).Select(i => $"{i:D2}").ToList();
        foreach (var body in sent)
        {
            await local.Queue.SendAsync(body);
        }

        var received = new List<string>();
        while (await local.Queue.ReceiveAsync(7) is { Count: > 0 } messages)
        {
            received.AddRange(messages.Select(message => message.Body));
        }

        Assert.NotEqual(sent, received);
        Assert.Equal(sent, received.Order(StringComparer.Ordinal));
        Assert.Equal(29, local.Injected(SqsFaultKind.Reordering));
    }

    [Fact]
    public async Task A_FIFO_queue_is_neither_reordered_nor_delivered_twice()
    {
        await using var local = await LocalQueue.StartFifoAsync();
        local.SetFaults(
            new SqsFaultRule { Kind = SqsFaultKind.Reordering },
            new SqsFaultRule { Kind = SqsFaultKind.DuplicateDelivery });
        foreach (var body in (string[])["a", "b", "c"])
        {
            await local.Queue.SendAsync(body, "g");
        }

        Assert.Equal(["a", "b", "c"], (await local.Queue.ReceiveAsync()).Select(message => message.Body));
        Assert.Empty(await local.Queue.ReceiveAsync());
        Assert.Equal(
            (0L, 0L), (local.Injected(SqsFaultKind.Reordering), local.Injected(SqsFaultKind.DuplicateDelivery)));
    }

    [Theory, EachProtocol]
    public async Task Stale_counts_read_zero_and_other_attributes_are_right(WireProtocol protocol)
    {
        await using var local = await LocalQueue.StartAsync(protocol: protocol);
        await local.Queue.SendAsync("x");
        await local.Queue.SendAsync("y");
        await local.Queue.ReceiveOneAsync();
        local.SetFaults(new SqsFaultRule { Kind = SqsFaultKind.StaleCounts });

        Assert.Equal((0, 0, 0), await local.Queue.CountAsync());
        Assert.Equal("30", await local.Queue.AttributeAsync("VisibilityTimeout"));
        Assert.EndsWith(local.Queue.Name, await local.Queue.ArnAsync(), StringComparison.Ordinal);
        local.SetFaults();

        Assert.Equal((1, 1, 0), await local.Queue.CountAsync());
        Assert.Equal(3, local.Injected(SqsFaultKind.StaleCounts));
    }
}
