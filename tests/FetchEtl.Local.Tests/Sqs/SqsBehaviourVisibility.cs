namespace FetchEtl.Local.Tests;

public sealed class SqsBehaviourVisibility(SqsEndpoint endpoint) : IClassFixture<SqsEndpoint>
{
    [Theory, EachProtocol]
    public async Task A_received_message_is_hidden_and_counted_as_in_flight(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await sqs.CreateQueueAsync();
        await queue.SendAsync("x");

        await queue.ReceiveOneAsync();

        Assert.Empty(await queue.ReceiveAsync());
        Assert.Equal((0, 1, 0), await queue.CountAsync());
    }

    [Theory, EachProtocol]
    public async Task Visibility_zero_gives_the_message_back_at_once(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await sqs.CreateQueueAsync();
        await queue.SendAsync("x");

        var first = await queue.ReceiveOneAsync();
        await queue.ChangeVisibilityAsync(first, 0);
        var second = await queue.ReceiveOneAsync();

        Assert.Equal((string)first["MessageId"]!, (string)second["MessageId"]!);
        Assert.NotEqual((string)first["ReceiptHandle"]!, (string)second["ReceiptHandle"]!);
    }

    [Theory, EachProtocol]
    public async Task A_delete_with_an_old_handle_succeeds_and_deletes_nothing(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await sqs.CreateQueueAsync();
        await queue.SendAsync("x");
        var first = await queue.ReceiveOneAsync();
        await queue.ChangeVisibilityAsync(first, 0);
        var second = await queue.ReceiveOneAsync();

        await queue.DeleteAsync(first);

        Assert.Equal((0, 1, 0), await queue.CountAsync());
        await queue.DeleteAsync(second);
        Assert.Equal((0, 0, 0), await queue.CountAsync());
    }

    [Theory, EachProtocol]
    public async Task A_message_can_be_deleted_twice(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await sqs.CreateQueueAsync();
        await queue.SendAsync("x");
        var message = await queue.ReceiveOneAsync();

        await queue.DeleteAsync(message);
        await queue.DeleteAsync(message);

        Assert.Equal((0, 0, 0), await queue.CountAsync());
    }

    [Theory, EachProtocol]
    public async Task A_handle_that_is_none_is_refused(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await sqs.CreateQueueAsync();

        Assert.Equal("ReceiptHandleIsInvalid", (await queue.RefusedAsync("DeleteMessage", new() { ["ReceiptHandle"] = "none" })).Code);
        Assert.Equal(
            "ReceiptHandleIsInvalid",
            (await queue.RefusedAsync(
                "ChangeMessageVisibility", new() { ["ReceiptHandle"] = "none", ["VisibilityTimeout"] = 1 })).Code);
    }

    [Theory, EachProtocol]
    public async Task The_visibility_of_a_deleted_message_cannot_be_changed(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await sqs.CreateQueueAsync();
        await queue.SendAsync("x");
        var message = await queue.ReceiveOneAsync();
        await queue.DeleteAsync(message);
        var change = RawQueue.Handle(message);
        change["VisibilityTimeout"] = 30;

        Assert.Equal("InvalidParameterValue", (await queue.RefusedAsync("ChangeMessageVisibility", change)).Code);
    }

    [LocalFact]
    public async Task A_message_not_deleted_within_its_visibility_timeout_comes_back()
    {
        await using var local = await LocalQueue.StartAsync(new() { ["VisibilityTimeout"] = "30" });
        await local.Queue.SendAsync("x");
        await local.Queue.ReceiveOneAsync();

        local.Advance(29.999);
        Assert.Empty(await local.Queue.ReceiveAsync());
        local.Advance(0.001);

        var again = await local.Queue.ReceiveOneAsync(new() { ["AttributeNames"] = new System.Text.Json.Nodes.JsonArray("All") });
        Assert.Equal("2", (string)again["Attributes"]!["ApproximateReceiveCount"]!);
    }

    [LocalFact]
    public async Task A_changed_visibility_counts_from_the_change()
    {
        await using var local = await LocalQueue.StartAsync();
        await local.Queue.SendAsync("x");
        var message = await local.Queue.ReceiveOneAsync();

        local.Advance(20);
        await local.Queue.ChangeVisibilityAsync(message, 60);
        local.Advance(59);
        Assert.Empty(await local.Queue.ReceiveAsync());
        local.Advance(1);
        Assert.Single(await local.Queue.ReceiveAsync());
    }

    [LocalFact]
    public async Task A_lease_that_ran_out_cannot_be_prolonged_though_the_message_can_be_deleted()
    {
        await using var local = await LocalQueue.StartAsync();
        await local.Queue.SendAsync("x");
        var message = await local.Queue.ReceiveOneAsync();
        local.Advance(30);
        var change = RawQueue.Handle(message);
        change["VisibilityTimeout"] = 30;

        var refused = await local.Queue.RefusedAsync("ChangeMessageVisibility", change);
        await local.Queue.DeleteAsync(message);

        Assert.Equal("AWS.SimpleQueueService.MessageNotInflight", refused.Code);
        Assert.Equal((0, 0, 0), await local.Queue.CountAsync());
    }

    [LocalFact]
    public async Task A_lease_ends_twelve_hours_after_the_receive_at_the_latest()
    {
        await using var local = await LocalQueue.StartAsync();
        await local.Queue.SendAsync("x");
        var message = await local.Queue.ReceiveOneAsync();
        local.Advance(1);
        var change = RawQueue.Handle(message);
        change["VisibilityTimeout"] = 43_200;

        Assert.Equal("InvalidParameterValue", (await local.Queue.RefusedAsync("ChangeMessageVisibility", change)).Code);
        await local.Queue.ChangeVisibilityAsync(message, 43_199);
    }

    [LocalFact]
    public async Task A_delayed_message_is_counted_apart_and_comes_when_its_delay_is_over()
    {
        await using var local = await LocalQueue.StartAsync(new() { ["DelaySeconds"] = "60" });
        await local.Queue.SendAsync("by the queue");
        await local.Queue.SendAsync("by itself", new() { ["DelaySeconds"] = 5 });
        await local.Queue.SendAsync("not at all", new() { ["DelaySeconds"] = 0 });

        Assert.Equal((1, 0, 2), await local.Queue.CountAsync());
        Assert.Equal("not at all", (string)(await local.Queue.ReceiveOneAsync())["Body"]!);
        local.Advance(5);
        Assert.Equal("by itself", (string)(await local.Queue.ReceiveOneAsync())["Body"]!);
        local.Advance(55);
        Assert.Contains(await local.Queue.ReceiveAsync(), message => (string)message["Body"]! == "by the queue");
    }

    [LocalFact]
    public async Task A_message_past_its_retention_is_gone()
    {
        await using var local = await LocalQueue.StartAsync(new() { ["MessageRetentionPeriod"] = "60" });
        await local.Queue.SendAsync("old");
        local.Advance(59);
        await local.Queue.SendAsync("young");
        local.Advance(1);

        Assert.Equal("young", (string)Assert.Single(await local.Queue.ReceiveAsync())["Body"]!);
        Assert.Equal((0, 1, 0), await local.Queue.CountAsync());
    }
}
