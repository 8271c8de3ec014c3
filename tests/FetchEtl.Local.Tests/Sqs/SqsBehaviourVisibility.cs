using Amazon.SQS.Model;

namespace FetchEtl.Local.Tests;

public sealed class SqsBehaviourVisibility(SqsEndpoint endpoint) : IClassFixture<SqsEndpoint>
{
    [Theory, EachProtocol]
    public async Task A_received_message_is_hidden_and_counted_as_in_flight(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);
        await queue.SendAsync("x");

        await queue.ReceiveOneAsync();

        Assert.Empty(await queue.ReceiveAsync());
        Assert.Equal((0, 1, 0), await queue.CountAsync());
    }

    [Theory, EachProtocol]
    public async Task Visibility_zero_releases_the_message_at_once(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);
        await queue.SendAsync("x");

        var first = await queue.ReceiveOneAsync();
        await queue.ChangeVisibilityAsync(first, 0);
        var second = await queue.ReceiveOneAsync();

        Assert.Equal(first.MessageId, second.MessageId);
        Assert.NotEqual(first.ReceiptHandle, second.ReceiptHandle);
    }

    [Theory, EachProtocol]
    public async Task A_delete_with_an_old_handle_succeeds_and_deletes_nothing(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);
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
        var queue = await TestQueue.CreateAsync(sqs);
        await queue.SendAsync("x");
        var message = await queue.ReceiveOneAsync();

        await queue.DeleteAsync(message);
        await queue.DeleteAsync(message);

        Assert.Equal((0, 0, 0), await queue.CountAsync());
    }

    [Theory, EachProtocol]
    public async Task An_invalid_handle_is_rejected(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);

        await Rejection.OfAsync<ReceiptHandleIsInvalidException>(
            "ReceiptHandleIsInvalid", () => queue.ChangeVisibilityAsync("none", 1));
        Assert.Equal(
            "The input receipt handle \"none\" is not a valid receipt handle.",
            (await DeleteAsync(queue, "none")).Message);
        Assert.Equal("The input receipt handle is invalid.", (await DeleteAsync(queue, "no-handle")).Message);
    }

    [Theory, EachProtocol]
    public async Task A_handle_of_another_queue_is_rejected(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);
        var other = await TestQueue.CreateAsync(sqs);
        await other.SendAsync("x");
        var handle = (await other.ReceiveOneAsync()).ReceiptHandle;

        Assert.Equal(
            $"The receipt handle \"{handle}\" is not valid for this queue.",
            (await DeleteAsync(queue, handle)).Message);
    }

    [Theory, EachProtocol]
    public async Task The_visibility_of_a_deleted_message_cannot_be_changed(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);
        await queue.SendAsync("x");
        var message = await queue.ReceiveOneAsync();
        await queue.DeleteAsync(message);

        await Rejection.OfAsync("InvalidParameterValue", () => queue.ChangeVisibilityAsync(message, 30));
    }

    [LocalFact]
    public async Task A_message_not_deleted_within_its_visibility_timeout_returns()
    {
        await using var local = await LocalQueue.StartAsync(new() { ["VisibilityTimeout"] = "30" });
        await local.Queue.SendAsync("x");
        await local.Queue.ReceiveOneAsync();

        local.Advance(29.999);
        Assert.Empty(await local.Queue.ReceiveAsync());
        local.Advance(0.001);

        var again = await local.Queue.ReceiveWithAttributesAsync();
        Assert.Equal("2", again.Attributes["ApproximateReceiveCount"]);
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

    /// <summary>
    /// Recorded at AWS: LocalStack's test_change_message_visibility_after_visibility_timeout_expiration.
    /// </summary>
    [LocalFact]
    public async Task On_a_standard_queue_an_expired_message_can_be_hidden_again_and_deleted()
    {
        await using var local = await LocalQueue.StartAsync();
        await local.Queue.SendAsync("x");
        var message = await local.Queue.ReceiveOneAsync();
        local.Advance(30);

        await local.Queue.ChangeVisibilityAsync(message, 0);
        Assert.Equal((1, 0, 0), await local.Queue.CountAsync());
        await local.Queue.ChangeVisibilityAsync(message, 30);
        Assert.Equal((0, 1, 0), await local.Queue.CountAsync());
        local.Advance(30);
        await local.Queue.DeleteAsync(message);

        Assert.Equal((0, 0, 0), await local.Queue.CountAsync());
    }

    [LocalFact]
    public async Task On_a_FIFO_queue_an_expired_message_cannot_be_hidden_again()
    {
        await using var local = await LocalQueue.StartFifoAsync();
        await local.Queue.SendAsync("x", "g");
        var message = await local.Queue.ReceiveOneAsync();
        local.Advance(30);

        await Rejection.OfAsync<MessageNotInflightException>(
            "AWS.SimpleQueueService.MessageNotInflight", () => local.Queue.ChangeVisibilityAsync(message, 30));
    }

    /// <summary>Recorded at AWS: LocalStack's test_terminate_visibility_timeout_after_receive.</summary>
    [Theory, EachProtocol]
    public async Task On_a_standard_queue_an_older_handle_changes_the_visibility(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);
        await queue.SendAsync("x");
        var first = await queue.ReceiveOneAsync(request => request.VisibilityTimeout = 0);
        var second = await queue.ReceiveOneAsync();
        Assert.NotEqual(first.ReceiptHandle, second.ReceiptHandle);

        await queue.ChangeVisibilityAsync(first, 0);

        Assert.Equal(first.MessageId, (await queue.ReceiveOneAsync()).MessageId);
    }

    [LocalFact]
    public async Task A_lease_ends_twelve_hours_after_the_receive_at_the_latest()
    {
        await using var local = await LocalQueue.StartAsync();
        await local.Queue.SendAsync("x");
        var message = await local.Queue.ReceiveOneAsync();
        local.Advance(1);

        await Rejection.OfAsync("InvalidParameterValue", () => local.Queue.ChangeVisibilityAsync(message, 43_200));
        await local.Queue.ChangeVisibilityAsync(message, 43_199);
    }

    [LocalFact]
    public async Task A_delayed_message_has_its_own_count_and_becomes_visible_when_its_delay_ends()
    {
        await using var local = await LocalQueue.StartAsync(new() { ["DelaySeconds"] = "60" });
        await local.Queue.SendAsync("delay of the queue");
        await local.Queue.SendAsync("own delay", request => request.DelaySeconds = 5);
        await local.Queue.SendAsync("no delay", request => request.DelaySeconds = 0);

        Assert.Equal((1, 0, 2), await local.Queue.CountAsync());
        Assert.Equal("no delay", (await local.Queue.ReceiveOneAsync()).Body);
        local.Advance(5);
        Assert.Equal("own delay", (await local.Queue.ReceiveOneAsync()).Body);
        local.Advance(55);
        Assert.Contains(await local.Queue.ReceiveAsync(), message => message.Body == "delay of the queue");
    }

    [LocalFact]
    public async Task A_message_past_its_retention_is_gone()
    {
        await using var local = await LocalQueue.StartAsync(new() { ["MessageRetentionPeriod"] = "60" });
        await local.Queue.SendAsync("old");
        local.Advance(59);
        await local.Queue.SendAsync("young");
        local.Advance(1);

        Assert.Equal("young", Assert.Single(await local.Queue.ReceiveAsync()).Body);
        Assert.Equal((0, 1, 0), await local.Queue.CountAsync());
    }

    private static Task<ReceiptHandleIsInvalidException> DeleteAsync(TestQueue queue, string handle) =>
        Rejection.OfAsync<ReceiptHandleIsInvalidException>("ReceiptHandleIsInvalid", () => queue.DeleteAsync(handle));
}
