using System.Text.Json.Nodes;

namespace FetchEtl.Local.Tests;

public sealed class SqsBehaviourDeadLetters(SqsEndpoint endpoint) : IClassFixture<SqsEndpoint>
{
    [Theory, EachProtocol]
    public async Task A_message_received_too_often_moves_to_the_dead_letter_queue_and_keeps_its_id(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var (queue, dead) = await CreateAsync(sqs, maxReceiveCount: 2);
        var sent = await queue.SendAsync("x");

        Assert.Single(await queue.ReceiveAsync());
        Assert.Single(await queue.ReceiveAsync());
        Assert.Empty(await queue.ReceiveAsync());

        var letter = await dead.ReceiveOneAsync(new() { ["AttributeNames"] = new JsonArray("All") });
        Assert.Equal((string)sent["MessageId"]!, (string)letter["MessageId"]!);
        Assert.Equal(await queue.AttributeAsync("QueueArn"), (string)letter["Attributes"]!["DeadLetterQueueSourceArn"]!);
        Assert.Equal((0, 0, 0), await queue.CountAsync());
    }

    [Theory, EachProtocol]
    public async Task A_dead_letter_queue_knows_its_sources(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var (queue, dead) = await CreateAsync(sqs, maxReceiveCount: 2);

        var sources = (await dead.CallAsync("ListDeadLetterSourceQueues"))["queueUrls"]!.AsArray();

        Assert.Equal(queue.Url, (string)Assert.Single(sources)!);
    }

    [LocalFact]
    public async Task A_dead_letter_ends_with_its_retention_though_it_came_after_younger_messages()
    {
        await using var local = await LocalQueue.StartAsync();
        var (queue, dead) = await CreateAsync(local.Sqs, maxReceiveCount: 1);
        await dead.CallAsync(
            "SetQueueAttributes", new() { ["Attributes"] = new JsonObject { ["MessageRetentionPeriod"] = "100" } });
        await queue.SendAsync("old");
        await queue.ReceiveAsync();
        local.Advance(50);
        await dead.SendAsync("young");
        await queue.ReceiveAsync();
        Assert.Equal((2, 0, 0), await dead.CountAsync());

        local.Advance(50);

        Assert.Equal("young", (string)Assert.Single(await dead.ReceiveAsync())["Body"]!);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_FIFO_queue_has_a_FIFO_dead_letter_queue_and_a_standard_queue_a_standard_one(bool fifo)
    {
        using var sqs = endpoint.Client(WireProtocol.Json);
        var queue = await CreateAsync(fifo);
        var other = await CreateAsync(!fifo);
        var policy = new JsonObject { ["deadLetterTargetArn"] = await other.AttributeAsync("QueueArn"), ["maxReceiveCount"] = 1 };

        var refused = await queue.RefusedAsync(
            "SetQueueAttributes", new() { ["Attributes"] = new JsonObject { ["RedrivePolicy"] = policy.ToJsonString() } });

        Assert.Equal("InvalidParameterValue", refused.Code);

        Task<RawQueue> CreateAsync(bool fifo) =>
            fifo ? sqs.CreateQueueAsync(new() { ["FifoQueue"] = "true" }, ".fifo") : sqs.CreateQueueAsync();
    }

    [LocalFact]
    public async Task A_move_task_brings_messages_back_as_new_ones()
    {
        await using var local = await LocalQueue.StartAsync();
        var (queue, dead) = await CreateAsync(local.Sqs, maxReceiveCount: 1);
        var sent = await queue.SendAsync("x");
        await queue.ReceiveAsync();
        await queue.ReceiveAsync();
        var source = new JsonObject { ["SourceArn"] = await dead.AttributeAsync("QueueArn") };

        await local.Sqs.CallAsync("StartMessageMoveTask", source.DeepClone().AsObject());
        var task = (await local.Sqs.CallAsync("ListMessageMoveTasks", source))["Results"]![0]!;

        var moved = await queue.ReceiveOneAsync();
        Assert.Equal(("COMPLETED", 1), ((string)task["Status"]!, (int)task["ApproximateNumberOfMessagesMoved"]!));
        Assert.Equal("x", (string)moved["Body"]!);
        Assert.NotEqual((string)sent["MessageId"]!, (string)moved["MessageId"]!);
    }

    [LocalFact]
    public async Task A_move_task_keeps_to_its_rate_and_can_be_cancelled()
    {
        await using var local = await LocalQueue.StartAsync();
        var (_, dead) = await CreateAsync(local.Sqs, maxReceiveCount: 1);
        for (var i = 0; i < 5; i++)
        {
            await dead.SendAsync($"{i}");
        }

        var start = new JsonObject
        {
            ["SourceArn"] = await dead.AttributeAsync("QueueArn"),
            ["DestinationArn"] = await local.Queue.AttributeAsync("QueueArn"),
            ["MaxNumberOfMessagesPerSecond"] = 2,
        };
        var task = await local.Sqs.CallAsync("StartMessageMoveTask", start);
        var second = await local.Sqs.RefusedAsync("StartMessageMoveTask", start);
        Assert.Equal((2, 0, 0), await local.Queue.CountAsync());
        local.Advance(1);
        Assert.Equal((4, 0, 0), await local.Queue.CountAsync());
        var cancelled = await local.Sqs.CallAsync("CancelMessageMoveTask", task);
        local.Advance(10);

        Assert.Equal("InvalidParameterValue", second.Code);
        Assert.Equal(4, (int)cancelled["ApproximateNumberOfMessagesMoved"]!);
        Assert.Equal((1, 0, 0), await dead.CountAsync());
    }

    [Theory, EachProtocol]
    public async Task A_move_task_needs_a_dead_letter_queue(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await sqs.CreateQueueAsync();
        var arn = await queue.AttributeAsync("QueueArn");

        var notOne = await sqs.RefusedAsync("StartMessageMoveTask", new() { ["SourceArn"] = arn });
        var none = await sqs.RefusedAsync("StartMessageMoveTask", new() { ["SourceArn"] = arn + "-none" });

        Assert.Equal("InvalidParameterValue", notOne.Code);
        Assert.Equal(("ResourceNotFoundException", 404), (none.Code, none.Status));
    }

    private static async Task<(RawQueue Queue, RawQueue Dead)> CreateAsync(RawSqs sqs, int maxReceiveCount)
    {
        var dead = await sqs.CreateQueueAsync();
        var policy = new JsonObject
        {
            ["deadLetterTargetArn"] = await dead.AttributeAsync("QueueArn"),
            ["maxReceiveCount"] = maxReceiveCount,
        };
        var queue = await sqs.CreateQueueAsync(
            new() { ["VisibilityTimeout"] = "0", ["RedrivePolicy"] = policy.ToJsonString() });
        return (queue, dead);
    }
}
