using System.Text.Json.Nodes;

namespace FetchEtl.Local.Tests;

/// <summary>Each kind of fault, as a client sees it.</summary>
public sealed class SqsFaultTests
{
    [Theory, EachProtocol]
    public async Task An_error_refuses_the_call_and_has_no_effect(WireProtocol protocol)
    {
        await using var faulty = await FaultyQueue.StartAsync(protocol);
        faulty.Set(new SqsFaultRule { Kind = SqsFaultKind.Error, Operation = "SendMessage" });

        var refused = await faulty.Queue.RefusedAsync("SendMessage", new() { ["MessageBody"] = "x" });

        Assert.Equal(("InternalError", 500), (refused.Code, refused.Status));
        Assert.Equal((0, 0, 0), await faulty.Queue.CountAsync());
        Assert.Equal(1, faulty.Struck(SqsFaultKind.Error));
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
    public async Task An_error_has_the_status_and_the_names_that_AWS_gives_it(string given, string code, int status)
    {
        foreach (var protocol in Enum.GetValues<WireProtocol>())
        {
            await using var faulty = await FaultyQueue.StartAsync(protocol);
            faulty.Set(new SqsFaultRule { Kind = SqsFaultKind.Error, Code = given });

            var refused = await faulty.Queue.RefusedAsync("ReceiveMessage");

            Assert.Equal((code, status), (refused.Code, refused.Status));
        }
    }

    [Theory, EachProtocol]
    public async Task Throttling_refuses_the_call_and_has_no_effect(WireProtocol protocol)
    {
        await using var faulty = await FaultyQueue.StartAsync(protocol);
        await faulty.Queue.SendAsync("x");
        faulty.Set(new SqsFaultRule { Kind = SqsFaultKind.Throttling, Operation = "ReceiveMessage" });

        var refused = await faulty.Queue.RefusedAsync("ReceiveMessage");

        Assert.Equal(("RequestThrottled", 403), (refused.Code, refused.Status));
        Assert.Equal((1, 0, 0), await faulty.Queue.CountAsync());
        Assert.Equal(1, faulty.Struck(SqsFaultKind.Throttling));
    }

    [Fact]
    public async Task Latency_comes_before_the_effect()
    {
        await using var faulty = await FaultyQueue.StartAsync();
        faulty.Set(new SqsFaultRule { Kind = SqsFaultKind.Latency, Operation = "SendMessage", LatencyMilliseconds = 500 });

        var sending = faulty.Queue.SendAsync("x");
        await faulty.Time.WaitForTimersAsync();
        faulty.Time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.Equal((0, 0, 0), await faulty.Queue.CountAsync());
        faulty.Time.Advance(TimeSpan.FromMilliseconds(1));
        await sending;

        Assert.Equal((1, 0, 0), await faulty.Queue.CountAsync());
        Assert.Equal(1, faulty.Struck(SqsFaultKind.Latency));
    }

    [Theory, EachProtocol]
    public async Task A_lost_reply_cuts_the_connection_and_leaves_the_effect(WireProtocol protocol)
    {
        await using var faulty = await FaultyQueue.StartAsync(protocol);
        faulty.Set(new SqsFaultRule { Kind = SqsFaultKind.ReplyLost });

        await Assert.ThrowsAsync<HttpRequestException>(() => faulty.Queue.SendAsync("x"));
        await Assert.ThrowsAsync<HttpRequestException>(() => faulty.Queue.ReceiveAsync());

        Assert.Equal(2, faulty.Struck(SqsFaultKind.ReplyLost));
        faulty.Set();
        Assert.Equal((0, 1, 0), await faulty.Queue.CountAsync());
        faulty.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("2", (string)(await faulty.Queue.ReceiveOneAsync(
            new() { ["AttributeNames"] = new JsonArray("All") }))["Attributes"]!["ApproximateReceiveCount"]!);
    }

    [Theory, EachProtocol]
    public async Task The_reply_of_a_call_that_is_refused_anyway_is_lost_too(WireProtocol protocol)
    {
        await using var faulty = await FaultyQueue.StartAsync(protocol);
        faulty.Set(new SqsFaultRule { Kind = SqsFaultKind.ReplyLost });

        await Assert.ThrowsAsync<HttpRequestException>(() => faulty.Sqs.CallAsync("GetQueueUrl", new() { ["QueueName"] = "none" }));
    }

    [Theory, EachProtocol]
    public async Task In_a_batch_struck_in_part_the_struck_entries_have_no_effect_and_the_others_run(WireProtocol protocol)
    {
        await using var faulty = await FaultyQueue.StartAsync(protocol);
        faulty.Set(new SqsFaultRule { Kind = SqsFaultKind.PartialBatchFailure, Probability = 0.5 });
        var entries = Enumerable.Range(0, 10).Select(i => new JsonObject { ["Id"] = $"{i}", ["MessageBody"] = $"{i}" });

        var sent = await faulty.Queue.CallAsync("SendMessageBatch", new() { ["Entries"] = new JsonArray([.. entries]) });

        var failed = sent["Failed"]!.AsArray();
        Assert.InRange(failed.Count, 1, 9);
        Assert.All(failed, x => Assert.Equal(("InternalError", "false"), ((string)x!["Code"]!, x["SenderFault"]!.ToString())));
        Assert.Equal(failed.Count, faulty.Struck(SqsFaultKind.PartialBatchFailure));
        Assert.Equal(
            sent["Successful"]!.AsArray().Select(x => (string)x!["Id"]!),
            (await faulty.Queue.ReceiveAsync()).Select(x => (string)x["Body"]!));
    }

    [Theory, EachProtocol]
    public async Task A_duplicate_delivery_comes_with_the_next_receive_and_only_the_newest_handle_deletes(WireProtocol protocol)
    {
        await using var faulty = await FaultyQueue.StartAsync(protocol);
        await faulty.Queue.SendAsync("x");
        await faulty.Queue.SendAsync("y");
        faulty.Set(new SqsFaultRule { Kind = SqsFaultKind.DuplicateDelivery });

        var first = await faulty.Queue.ReceiveAsync(1);
        faulty.Set();
        var second = await faulty.Queue.ReceiveAsync(1, new() { ["AttributeNames"] = new JsonArray("All") });

        Assert.Equal(1, faulty.Struck(SqsFaultKind.DuplicateDelivery));
        Assert.Equal((string)first[0]["MessageId"]!, (string)second[0]["MessageId"]!);
        Assert.NotEqual((string)first[0]["ReceiptHandle"]!, (string)second[0]["ReceiptHandle"]!);
        Assert.Equal("2", (string)second[0]["Attributes"]!["ApproximateReceiveCount"]!);
        await faulty.Queue.DeleteAsync(first[0]);
        Assert.Equal((1, 1, 0), await faulty.Queue.CountAsync());
        await faulty.Queue.DeleteAsync(second[0]);
        Assert.Equal((1, 0, 0), await faulty.Queue.CountAsync());
    }

    [Fact]
    public async Task A_duplicate_delivery_deleted_before_it_comes_does_not_come()
    {
        await using var faulty = await FaultyQueue.StartAsync();
        await faulty.Queue.SendAsync("x");
        faulty.Set(new SqsFaultRule { Kind = SqsFaultKind.DuplicateDelivery });

        await faulty.Queue.DeleteAsync(await faulty.Queue.ReceiveOneAsync());

        Assert.Equal((0, 0, 0), await faulty.Queue.CountAsync());
    }

    [Fact]
    public async Task A_receive_that_waits_gets_the_duplicate_of_what_another_was_given()
    {
        await using var faulty = await FaultyQueue.StartAsync();
        faulty.Set(new SqsFaultRule { Kind = SqsFaultKind.DuplicateDelivery });
        var one = faulty.Queue.ReceiveAsync(more: new() { ["WaitTimeSeconds"] = 20 });
        var other = faulty.Queue.ReceiveAsync(more: new() { ["WaitTimeSeconds"] = 20 });
        await faulty.Time.WaitForTimersAsync(2);

        await faulty.Queue.SendAsync("x");

        var received = await Task.WhenAll(one, other);
        Assert.Equal((string)Assert.Single(received[0])["MessageId"]!, (string)Assert.Single(received[1])["MessageId"]!);
    }

    [Theory, EachProtocol]
    public async Task A_delete_that_only_seems_done_lets_the_message_come_back(WireProtocol protocol)
    {
        await using var faulty = await FaultyQueue.StartAsync(protocol);
        await faulty.Queue.SendAsync("x");
        await faulty.Queue.SendAsync("y");
        faulty.Set(new SqsFaultRule { Kind = SqsFaultKind.StaleHandleSuccess });
        var messages = await faulty.Queue.ReceiveAsync();

        await faulty.Queue.DeleteAsync(messages[0]);
        var entry = RawQueue.Handle(messages[1]);
        entry["Id"] = "1";
        var batch = await faulty.Queue.CallAsync("DeleteMessageBatch", new() { ["Entries"] = new JsonArray(entry) });

        Assert.Single(batch["Successful"]!.AsArray());
        Assert.Equal(2, faulty.Struck(SqsFaultKind.StaleHandleSuccess));
        Assert.Equal((0, 2, 0), await faulty.Queue.CountAsync());
        faulty.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(2, (await faulty.Queue.ReceiveAsync()).Length);
    }

    [Fact]
    public async Task Reordering_delivers_every_message_once_in_another_order()
    {
        await using var faulty = await FaultyQueue.StartAsync();
        faulty.Set(new SqsFaultRule { Kind = SqsFaultKind.Reordering });
        var sent = Enumerable.Range(0, 30).Select(i => $"{i:D2}").ToList();
        foreach (var body in sent)
        {
            await faulty.Queue.SendAsync(body);
        }

        var received = new List<string>();
        while (await faulty.Queue.ReceiveAsync(7) is { Length: > 0 } messages)
        {
            received.AddRange(messages.Select(x => (string)x["Body"]!));
        }

        Assert.NotEqual(sent, received);
        Assert.Equal(sent, received.Order(StringComparer.Ordinal));
        Assert.Equal(29, faulty.Struck(SqsFaultKind.Reordering));
    }

    [Fact]
    public async Task A_FIFO_queue_is_neither_reordered_nor_delivered_twice()
    {
        await using var faulty = await FaultyQueue.StartAsync(suffix: ".fifo");
        faulty.Set(
            new SqsFaultRule { Kind = SqsFaultKind.Reordering }, new SqsFaultRule { Kind = SqsFaultKind.DuplicateDelivery });
        foreach (var body in (string[])["a", "b", "c"])
        {
            await faulty.Queue.SendAsync(body, new() { ["MessageGroupId"] = "g", ["MessageDeduplicationId"] = body });
        }

        Assert.Equal(["a", "b", "c"], (await faulty.Queue.ReceiveAsync()).Select(x => (string)x["Body"]!));
        Assert.Empty(await faulty.Queue.ReceiveAsync());
        Assert.Equal((0L, 0L), (faulty.Struck(SqsFaultKind.Reordering), faulty.Struck(SqsFaultKind.DuplicateDelivery)));
    }
}
