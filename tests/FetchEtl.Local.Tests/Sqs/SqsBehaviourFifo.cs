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
    public async Task A_group_waits_for_its_last_message_in_flight_though_an_earlier_one_was_released(
        WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateFifoAsync(sqs);
        await queue.SendAsync("1", "g");
        await queue.SendAsync("2", "g");
        var both = await queue.ReceiveAsync();

        await queue.ChangeVisibilityAsync(both[0], 0);
        Assert.Empty(await queue.ReceiveAsync());
        await queue.DeleteAsync(both[1]);

        Assert.Equal("1", (await queue.ReceiveOneAsync()).Body);
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
