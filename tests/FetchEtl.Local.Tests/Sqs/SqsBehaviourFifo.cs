using System.Text.Json.Nodes;

namespace FetchEtl.Local.Tests;

public sealed class SqsBehaviourFifo(SqsEndpoint endpoint) : IClassFixture<SqsEndpoint>
{
    [Theory, EachProtocol]
    public async Task A_group_keeps_its_order_and_waits_while_one_of_its_messages_is_in_flight(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await CreateAsync(sqs);
        await queue.SendAsync("a1", Group("a"));
        await queue.SendAsync("b1", Group("b"));
        await queue.SendAsync("a2", Group("a"));

        var a1 = await queue.ReceiveOneAsync();
        var b1 = await queue.ReceiveOneAsync();
        Assert.Equal(("a1", "b1"), ((string)a1["Body"]!, (string)b1["Body"]!));
        Assert.Empty(await queue.ReceiveAsync());
        await queue.DeleteAsync(a1);
        Assert.Equal("a2", (string)(await queue.ReceiveOneAsync())["Body"]!);
    }

    [Theory, EachProtocol]
    public async Task A_message_given_back_comes_before_those_sent_after_it(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await CreateAsync(sqs);
        await queue.SendAsync("1", Group("g"));
        await queue.SendAsync("2", Group("g"));

        await queue.ChangeVisibilityAsync(await queue.ReceiveOneAsync(), 0);

        Assert.Equal(["1", "2"], (await queue.ReceiveAsync()).Select(message => (string)message["Body"]!));
    }

    [Theory, EachProtocol]
    public async Task A_group_waits_for_the_last_of_its_messages_in_flight_though_an_earlier_one_was_given_back(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await CreateAsync(sqs);
        await queue.SendAsync("1", Group("g"));
        await queue.SendAsync("2", Group("g"));
        var both = await queue.ReceiveAsync();

        await queue.ChangeVisibilityAsync(both[0], 0);
        Assert.Empty(await queue.ReceiveAsync());
        await queue.DeleteAsync(both[1]);

        Assert.Equal("1", (string)(await queue.ReceiveOneAsync())["Body"]!);
    }

    [Theory, EachProtocol]
    public async Task The_same_content_is_sent_once_and_the_sender_is_told_the_first_id(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await CreateAsync(sqs);

        var first = await queue.SendAsync("x", Group("g"));
        var again = await queue.SendAsync("x", Group("g"));
        var other = await queue.SendAsync("y", Group("g"));

        Assert.Equal((string)first["MessageId"]!, (string)again["MessageId"]!);
        Assert.Equal((string)first["SequenceNumber"]!, (string)again["SequenceNumber"]!);
        Assert.True(string.CompareOrdinal((string)first["SequenceNumber"]!, (string)other["SequenceNumber"]!) < 0);
        Assert.Equal(2, (await queue.ReceiveAsync()).Length);
    }

    [Theory, EachProtocol]
    public async Task Group_and_deduplication_id_are_required_and_shown(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await sqs.CreateQueueAsync(new() { ["FifoQueue"] = "true" }, ".fifo");

        var noGroup = await queue.RefusedAsync("SendMessage", new() { ["MessageBody"] = "x", ["MessageDeduplicationId"] = "d" });
        var noId = await queue.RefusedAsync("SendMessage", new() { ["MessageBody"] = "x", ["MessageGroupId"] = "g" });
        await queue.SendAsync("x", new() { ["MessageGroupId"] = "g", ["MessageDeduplicationId"] = "d" });
        var message = await queue.ReceiveOneAsync(new() { ["AttributeNames"] = new JsonArray("All") });

        Assert.Equal(("MissingParameter", "InvalidParameterValue"), (noGroup.Code, noId.Code));
        Assert.Equal("g", (string)message["Attributes"]!["MessageGroupId"]!);
        Assert.Equal("d", (string)message["Attributes"]!["MessageDeduplicationId"]!);
        Assert.NotNull(message["Attributes"]!["SequenceNumber"]);
    }

    [LocalFact]
    public async Task The_same_content_is_sent_again_after_five_minutes_though_the_first_was_deleted()
    {
        await using var local = await LocalQueue.StartAsync(
            new() { ["FifoQueue"] = "true", ["ContentBasedDeduplication"] = "true" }, ".fifo");
        await local.Queue.SendAsync("x", Group("g"));
        await local.Queue.DeleteAsync(await local.Queue.ReceiveOneAsync());

        local.Advance(299);
        await local.Queue.SendAsync("x", Group("g"));
        Assert.Empty(await local.Queue.ReceiveAsync());
        local.Advance(1);
        await local.Queue.SendAsync("x", Group("g"));
        Assert.Single(await local.Queue.ReceiveAsync());
    }

    [LocalFact]
    public async Task A_delete_after_the_lease_ran_out_is_refused()
    {
        await using var local = await LocalQueue.StartAsync(
            new() { ["FifoQueue"] = "true", ["ContentBasedDeduplication"] = "true" }, ".fifo");
        await local.Queue.SendAsync("x", Group("g"));
        var message = await local.Queue.ReceiveOneAsync();
        local.Advance(30);

        Assert.Equal("InvalidParameterValue", (await local.Queue.RefusedAsync("DeleteMessage", RawQueue.Handle(message))).Code);
    }

    private static Task<RawQueue> CreateAsync(RawSqs sqs) =>
        sqs.CreateQueueAsync(new() { ["FifoQueue"] = "true", ["ContentBasedDeduplication"] = "true" }, ".fifo");

    private static JsonObject Group(string group) => new() { ["MessageGroupId"] = group };
}
