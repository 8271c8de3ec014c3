namespace FetchEtl.Local.Tests;

public sealed class SqsBehaviourFifo(SqsEndpoint endpoint) : IClassFixture<SqsEndpoint>
{
    [Theory, EachProtocol]
    public async Task A_group_keeps_its_order_and_waits_while_one_of_its_messages_is_in_flight(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateFifoAsync(sqs);
        await queue.SendAsync("a1", "a");
        await queue.SendAsync("b1", "b");
        await queue.SendAsync("a2", "a");

        var a1 = await queue.ReceiveOneAsync();
        var b1 = await queue.ReceiveOneAsync();
        Assert.Equal(("a1", "b1"), (a1.Body, b1.Body));
        Assert.Empty(await queue.ReceiveAsync());
        await queue.DeleteAsync(a1);
        Assert.Equal("a2", (await queue.ReceiveOneAsync()).Body);
    }

    [Theory, EachProtocol]
    public async Task A_released_message_comes_before_later_ones(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateFifoAsync(sqs);
        await queue.SendAsync("1", "g");
        await queue.SendAsync("2", "g");

        await queue.ChangeVisibilityAsync(await queue.ReceiveOneAsync(), 0);

        Assert.Equal(["1", "2"], (await queue.ReceiveAsync()).Select(message => message.Body));
    }

    [Theory, EachProtocol]
    public async Task A_message_in_flight_hides_those_behind_it_in_its_group_and_none_before_it(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateFifoAsync(sqs);
        foreach (var body in (string[])["1", "2", "3"])
        {
            await queue.SendAsync(body, "g");
        }

        var received = await queue.ReceiveAsync(2);

        await queue.ChangeVisibilityAsync(received[0], 0);
        Assert.Equal("1", Assert.Single(await queue.ReceiveAsync()).Body);
        await queue.ChangeVisibilityAsync(received[1], 0);
        Assert.Empty(await queue.ReceiveAsync());
    }

    /// <summary>
    /// Recorded at AWS: LocalStack's test_fifo_group_visibility_extends_with_change_message_visibility.
    /// </summary>
    [LocalFact]
    public async Task An_extended_message_hides_those_behind_it_though_their_visibility_timeouts_have_ended()
    {
        for (var extended = 0; extended < 3; extended++)
        {
            await using var local = await LocalQueue.StartFifoAsync();
            foreach (var body in (string[])["0", "1", "2"])
            {
                await local.Queue.SendAsync(body, "g");
            }

            var received = await local.Queue.ReceiveAsync();
            await local.Queue.ChangeVisibilityAsync(received[extended], 60);
            local.Advance(30);

            Assert.Equal(
                Enumerable.Range(0, extended).Select(i => $"{i}"),
                (await local.Queue.ReceiveAsync()).Select(message => message.Body));
        }
    }

    /// <summary>Recorded at AWS: LocalStack's test_send_batch_missing_…_for_fifo_queue.</summary>
    [Theory, EachProtocol]
    public async Task A_batch_with_an_entry_that_lacks_its_group_or_deduplication_id_fails_as_a_whole(
        WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateFifoAsync(sqs, contentBased: false);
        Task SendAsync(string? group, string? deduplication) => sqs.SendMessageBatchAsync(
            queue.Url,
            [
                new() { Id = "a", MessageBody = "x", MessageGroupId = "g", MessageDeduplicationId = "1" },
                new() { Id = "b", MessageBody = "x", MessageGroupId = group, MessageDeduplicationId = deduplication },
            ]);

        var noGroup = await Rejection.OfAsync("InvalidParameterValue", () => SendAsync(null, "2"));
        var noId = await Rejection.OfAsync("InvalidParameterValue", () => SendAsync("g", null));

        Assert.Equal("The request must contain the parameter MessageGroupId.", noGroup.Message);
        Assert.StartsWith("The queue should either have ContentBasedDeduplication enabled", noId.Message);
        Assert.Empty(await queue.ReceiveAsync());
    }

    /// <summary>Recorded at AWS: LocalStack's test_purge_queue_clears_fifo_deduplication_cache.</summary>
    [Theory, EachProtocol]
    public async Task A_purge_forgets_the_deduplication_ids(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateFifoAsync(sqs);
        await queue.SendAsync("x", "g");

        await sqs.PurgeQueueAsync(queue.Url);
        await queue.SendAsync("x", "g");

        Assert.Equal("x", (await queue.ReceiveOneAsync()).Body);
    }

    /// <summary>Recorded at AWS: LocalStack's test_fifo_change_to_high_throughput_after_creation.</summary>
    [Theory, EachProtocol]
    public async Task The_deduplication_scope_is_that_of_the_creation(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateFifoAsync(sqs);
        await queue.SetAttributesAsync(
            new() { ["DeduplicationScope"] = "messageGroup", ["FifoThroughputLimit"] = "perMessageGroupId" });

        await queue.SendAsync("x", "g");
        await queue.SendAsync("x", "h");

        Assert.Single(await queue.ReceiveAsync());
        Assert.Equal("messageGroup", await queue.AttributeAsync("DeduplicationScope"));
    }

    /// <summary>Recorded at AWS: LocalStack's test_fifo_queue_send_message_with_zero_delay_….</summary>
    [LocalFact]
    public async Task A_message_with_delay_zero_takes_the_delay_of_its_queue()
    {
        await using var local = await LocalQueue.StartFifoAsync();
        await local.Queue.SetAttributesAsync(new() { ["DelaySeconds"] = "60" });

        await local.Queue.SendAsync("x", request => (request.MessageGroupId, request.DelaySeconds) = ("g", 0));

        Assert.Equal((0, 0, 1), await local.Queue.CountAsync());
        local.Advance(60);
        Assert.Single(await local.Queue.ReceiveAsync());
    }

    [Theory, EachProtocol]
    public async Task The_same_content_is_sent_once_and_the_sender_gets_the_first_id_again(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateFifoAsync(sqs);

        var first = await queue.SendAsync("x", "g");
        var again = await queue.SendAsync("x", "g");
        var other = await queue.SendAsync("y", "g");

        Assert.Equal((first.MessageId, first.SequenceNumber), (again.MessageId, again.SequenceNumber));
        Assert.True(string.CompareOrdinal(first.SequenceNumber, other.SequenceNumber) < 0);
        Assert.Equal(2, (await queue.ReceiveAsync()).Count);
    }

    [Theory, EachProtocol]
    public async Task Group_and_deduplication_id_are_required_and_delivered(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateFifoAsync(sqs, contentBased: false);

        await Rejection.OfAsync(
            "MissingParameter", () => queue.SendAsync("x", request => request.MessageDeduplicationId = "d"));
        await Rejection.OfAsync("InvalidParameterValue", () => queue.SendAsync("x", "g"));
        var sent = await queue.SendAsync("x", request =>
        {
            request.MessageGroupId = "g";
            request.MessageDeduplicationId = "d";
        });
        var message = await queue.ReceiveWithAttributesAsync();

        Assert.Equal("g", message.Attributes["MessageGroupId"]);
        Assert.Equal("d", message.Attributes["MessageDeduplicationId"]);
        Assert.Equal(sent.SequenceNumber, message.Attributes["SequenceNumber"]);
    }

    [LocalFact]
    public async Task The_same_content_is_accepted_again_after_five_minutes_though_the_first_was_deleted()
    {
        await using var local = await LocalQueue.StartFifoAsync();
        await local.Queue.SendAsync("x", "g");
        await local.Queue.DeleteAsync(await local.Queue.ReceiveOneAsync());

        local.Advance(299);
        await local.Queue.SendAsync("x", "g");
        Assert.Empty(await local.Queue.ReceiveAsync());
        local.Advance(1);
        await local.Queue.SendAsync("x", "g");
        Assert.Single(await local.Queue.ReceiveAsync());
    }

    [LocalFact]
    public async Task A_delete_after_the_visibility_timeout_is_rejected()
    {
        await using var local = await LocalQueue.StartFifoAsync();
        await local.Queue.SendAsync("x", "g");
        var message = await local.Queue.ReceiveOneAsync();
        local.Advance(30);

        await Rejection.OfAsync("InvalidParameterValue", () => local.Queue.DeleteAsync(message));
    }
}
