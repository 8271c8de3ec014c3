using Amazon.SQS;
using Amazon.SQS.Model;

namespace FetchEtl.Local.Tests;

public sealed class SqsBehaviourDeadLetters(SqsEndpoint endpoint) : IClassFixture<SqsEndpoint>
{
    [Theory, EachProtocol]
    public async Task A_message_received_too_often_moves_to_the_dead_letter_queue_and_keeps_its_id(
        WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var (queue, dead) = await CreateAsync(sqs, maxReceiveCount: 2);
        var sent = await queue.SendAsync("x");

        Assert.Single(await queue.ReceiveAsync());
        Assert.Single(await queue.ReceiveAsync());
        Assert.Empty(await queue.ReceiveAsync());

        var letter = await dead.ReceiveWithAttributesAsync();
        Assert.Equal(sent.MessageId, letter.MessageId);
        Assert.Equal(await queue.ArnAsync(), letter.Attributes["DeadLetterQueueSourceArn"]);
        Assert.Equal((0, 0, 0), await queue.CountAsync());
    }

    /// <summary>API reference, ReceiveMessage: ApproximateReceiveCount counts "across all queues".</summary>
    [Theory, EachProtocol]
    public async Task The_receive_count_of_a_dead_letter_includes_the_receives_on_its_source(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var (queue, dead) = await CreateAsync(sqs, maxReceiveCount: 2);
        await queue.SendAsync("x");
        for (var i = 0; i < 3; i++)
        {
            await queue.ReceiveAsync();
        }

        Assert.Equal("3", (await dead.ReceiveWithAttributesAsync()).Attributes["ApproximateReceiveCount"]);
    }

    [Theory, EachProtocol]
    public async Task A_dead_letter_queue_lists_its_sources(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var (queue, dead) = await CreateAsync(sqs, maxReceiveCount: 2);

        var sources = await sqs.ListDeadLetterSourceQueuesAsync(
            new ListDeadLetterSourceQueuesRequest { QueueUrl = dead.Url });

        Assert.Equal(queue.Url, Assert.Single(sources.QueueUrls));
    }

    [LocalFact]
    public async Task A_dead_letter_ends_with_its_retention_though_it_came_after_younger_messages()
    {
        await using var local = await LocalQueue.StartAsync();
        var (queue, dead) = await CreateAsync(local.Sqs, maxReceiveCount: 1);
        await dead.SetAttributesAsync(new() { ["MessageRetentionPeriod"] = "100" });
        await queue.SendAsync("old");
        await queue.ReceiveAsync();
        local.Advance(50);
        await dead.SendAsync("young");
        await queue.ReceiveAsync();
        Assert.Equal((2, 0, 0), await dead.CountAsync());

        local.Advance(50);

        Assert.Equal("young", Assert.Single(await dead.ReceiveAsync()).Body);
    }

    /// <summary>
    /// Developer guide, "Setting-up dead-letter queue retention": FIFO queues reset the enqueue timestamp.
    /// </summary>
    [LocalFact]
    public async Task The_retention_of_a_FIFO_dead_letter_starts_again_when_it_moves()
    {
        await using var local = await LocalQueue.StartAsync();
        var dead = await TestQueue.CreateFifoAsync(local.Sqs);
        await dead.SetAttributesAsync(new() { ["MessageRetentionPeriod"] = "100" });
        var attributes = TestQueue.FifoAttributes();
        attributes["VisibilityTimeout"] = "0";
        attributes["RedrivePolicy"] = await PolicyAsync(dead, maxReceiveCount: 1);
        var queue = await TestQueue.CreateAsync(local.Sqs, attributes, ".fifo");
        await queue.SendAsync("x", "g");
        await queue.ReceiveAsync();
        local.Advance(50);
        await queue.ReceiveAsync();

        local.Advance(99);
        Assert.Equal((1, 0, 0), await dead.CountAsync());
        local.Advance(1);
        Assert.Equal((0, 0, 0), await dead.CountAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_FIFO_queue_has_a_FIFO_dead_letter_queue_and_a_standard_queue_a_standard_one(bool fifo)
    {
        using var sqs = endpoint.Client();
        var queue = await CreateQueueAsync(fifo);
        var other = await CreateQueueAsync(!fifo);
        var policy = await PolicyAsync(other, maxReceiveCount: 1);

        await Rejection.OfAsync(
            "InvalidParameterValue", () => queue.SetAttributesAsync(new() { ["RedrivePolicy"] = policy }));

        Task<TestQueue> CreateQueueAsync(bool fifo) =>
            fifo ? TestQueue.CreateFifoAsync(sqs) : TestQueue.CreateAsync(sqs);
    }

    [LocalFact]
    public async Task A_move_task_returns_messages_as_new_ones()
    {
        await using var local = await LocalQueue.StartAsync();
        var (queue, dead) = await CreateAsync(local.Sqs, maxReceiveCount: 1);
        var sent = await queue.SendAsync("x");
        await queue.ReceiveAsync();
        await queue.ReceiveAsync();
        var source = await dead.ArnAsync();

        await local.Sqs.StartMessageMoveTaskAsync(new StartMessageMoveTaskRequest { SourceArn = source });
        var tasks = await local.Sqs.ListMessageMoveTasksAsync(new ListMessageMoveTasksRequest { SourceArn = source });

        var task = Assert.Single(tasks.Results);
        var moved = await queue.ReceiveWithAttributesAsync();
        Assert.Equal(
            ("COMPLETED", 1, 1),
            (task.Status, task.ApproximateNumberOfMessagesMoved, task.ApproximateNumberOfMessagesToMove));
        Assert.Equal(local.Time.GetUtcNow().ToUnixTimeMilliseconds(), task.StartedTimestamp);
        Assert.Equal(("x", "1"), (moved.Body, moved.Attributes["ApproximateReceiveCount"]));
        Assert.NotEqual(sent.MessageId, moved.MessageId);
    }

    [LocalFact]
    public async Task A_move_task_keeps_its_rate_and_can_be_cancelled()
    {
        foreach (var protocol in Enum.GetValues<WireProtocol>())
        {
            await using var local = await LocalQueue.StartAsync(protocol: protocol);
            var (_, dead) = await CreateAsync(local.Sqs, maxReceiveCount: 1);
            for (var i = 0; i < 5; i++)
            {
                await dead.SendAsync($"{i}");
            }

            var start = new StartMessageMoveTaskRequest
            {
                SourceArn = await dead.ArnAsync(),
                DestinationArn = await local.Queue.ArnAsync(),
                MaxNumberOfMessagesPerSecond = 2,
            };
            var task = await local.Sqs.StartMessageMoveTaskAsync(start);
            await Rejection.OfAsync("InvalidParameterValue", () => local.Sqs.StartMessageMoveTaskAsync(start));
            Assert.Equal((2, 0, 0), await local.Queue.CountAsync());
            local.Advance(1);
            Assert.Equal((4, 0, 0), await local.Queue.CountAsync());
            var cancelled = await local.Sqs.CancelMessageMoveTaskAsync(
                new CancelMessageMoveTaskRequest { TaskHandle = task.TaskHandle });
            local.Advance(10);

            Assert.Equal(4, cancelled.ApproximateNumberOfMessagesMoved);
            Assert.Equal((1, 0, 0), await dead.CountAsync());
        }
    }

    [Theory, EachProtocol]
    public async Task A_move_task_needs_a_dead_letter_queue(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);
        var arn = await queue.ArnAsync();

        await Rejection.OfAsync(
            "InvalidParameterValue",
            () => sqs.StartMessageMoveTaskAsync(new StartMessageMoveTaskRequest { SourceArn = arn }));
        await Rejection.OfAsync<ResourceNotFoundException>(
            "ResourceNotFoundException",
            404,
            () => sqs.StartMessageMoveTaskAsync(new StartMessageMoveTaskRequest { SourceArn = arn + "-none" }));
    }

    private static async Task<(TestQueue Queue, TestQueue Dead)> CreateAsync(IAmazonSQS sqs, int maxReceiveCount)
    {
        var dead = await TestQueue.CreateAsync(sqs);
        var queue = await TestQueue.CreateAsync(
            sqs, new() { ["VisibilityTimeout"] = "0", ["RedrivePolicy"] = await PolicyAsync(dead, maxReceiveCount) });
        return (queue, dead);
    }

    private static async Task<string> PolicyAsync(TestQueue dead, int maxReceiveCount) =>
        $$"""{"deadLetterTargetArn":"{{await dead.ArnAsync()}}","maxReceiveCount":{{maxReceiveCount}}}""";
}
