using Amazon.SQS;
using Amazon.SQS.Model;
using FetchEtl.Local;

namespace FetchEtl.Sqs.Tests;

/// <summary>
/// Each operation against LocalSqs: the SDK's own JSON, translated to Query, and with the protocol detected.
/// </summary>
public sealed class SqsRoundTripTests
{
    private const string NoHandle = "no handle of this queue";

    /// <summary>The protocol of the client, and those of the server.</summary>
    public static TheoryData<SqsProtocol, LocalSqsProtocols> Protocols => new()
    {
        { SqsProtocol.Json, LocalSqsProtocols.All },
        { SqsProtocol.Query, LocalSqsProtocols.All },
        { SqsProtocol.Auto, LocalSqsProtocols.All },
        { SqsProtocol.Auto, LocalSqsProtocols.Query },
    };

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task A_queue_is_created_found_listed_described_and_changed(
        SqsProtocol protocol, LocalSqsProtocols spoken)
    {
        await using var server = await StartAsync(spoken);
        using var client = TestClients.Create(server.ServiceUrl, protocol);

        var created = await client.CreateQueueAsync(new CreateQueueRequest("logins")
        {
            Attributes = new() { ["VisibilityTimeout"] = "45", ["DelaySeconds"] = "0" },
            Tags = new() { ["team"] = "data & more" },
        });
        var url = created.QueueUrl;
        await client.CreateQueueAsync("other");
        await client.SetQueueAttributesAsync(url, new Dictionary<string, string> { ["VisibilityTimeout"] = "46" });
        var attributes = await client.GetQueueAttributesAsync(url, ["VisibilityTimeout", "QueueArn"]);
        await client.TagQueueAsync(new TagQueueRequest { QueueUrl = url, Tags = new() { ["stage"] = "test" } });
        await client.UntagQueueAsync(new UntagQueueRequest { QueueUrl = url, TagKeys = ["team"] });

        Assert.Equal(url, (await client.GetQueueUrlAsync("logins")).QueueUrl);
        Assert.Equal(2, (await client.ListQueuesAsync(string.Empty)).QueueUrls.Count);
        Assert.Equal(url, Assert.Single((await client.ListQueuesAsync("log")).QueueUrls));
        Assert.Equal("46", attributes.Attributes["VisibilityTimeout"]);
        Assert.EndsWith(":logins", attributes.QueueARN, StringComparison.Ordinal);
        var tags = await client.ListQueueTagsAsync(new ListQueueTagsRequest { QueueUrl = url });
        Assert.Equal(new("stage", "test"), Assert.Single(tags.Tags));
        Assert.NotEmpty(created.ResponseMetadata.RequestId);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task A_message_arrives_as_it_was_sent_with_its_attributes(
        SqsProtocol protocol, LocalSqsProtocols spoken)
    {
        await using var server = await StartAsync(spoken);
        using var client = TestClients.Create(server.ServiceUrl, protocol);
        var url = (await client.CreateQueueAsync("logins")).QueueUrl;
        var body = "{\"text\":\"<&> \\\"é😀\\\"\"}\r\n\t + % =";

        var sent = await client.SendMessageAsync(new SendMessageRequest(url, body)
        {
            MessageAttributes = new()
            {
                ["text"] = new() { DataType = "String", StringValue = "a&b=c\r\n é" },
                ["number"] = new() { DataType = "Number.int", StringValue = "7" },
                ["bytes"] = new() { DataType = "Binary", BinaryValue = new MemoryStream([0, 1, 254, 255]) },
            },
            MessageSystemAttributes = new()
            {
                ["AWSTraceHeader"] = new() { DataType = "String", StringValue = "Root=1-2-3" },
            },
        });
        var message = Assert.Single(await ReceiveAsync(client, url));

        Assert.Equal(body, message.Body);
        Assert.Equal(sent.MessageId, message.MessageId);
        Assert.Equal("1", message.Attributes["ApproximateReceiveCount"]);
        Assert.NotEqual(0, long.Parse(message.Attributes["SentTimestamp"]));
        Assert.Equal("Root=1-2-3", message.Attributes["AWSTraceHeader"]);
        Assert.Equal(3, message.MessageAttributes.Count);
        Assert.Equal("a&b=c\r\n é", message.MessageAttributes["text"].StringValue);
        Assert.Equal("Number.int", message.MessageAttributes["number"].DataType);
        Assert.Equal("7", message.MessageAttributes["number"].StringValue);
        Assert.Equal([0, 1, 254, 255], message.MessageAttributes["bytes"].BinaryValue.ToArray());
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task A_body_of_the_largest_size_arrives_whole(SqsProtocol protocol, LocalSqsProtocols spoken)
    {
        await using var server = await StartAsync(spoken);
        using var client = TestClients.Create(server.ServiceUrl, protocol);
        var url = (await client.CreateQueueAsync("logins")).QueueUrl;
        var body = string.Concat(Enumerable.Repeat("é<\"\n", SqsLimits.MessageBytes / 5));

        await client.SendMessageAsync(url, body);
        var message = Assert.Single(await ReceiveAsync(client, url));

        Assert.Equal(body, message.Body);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Ten_messages_are_sent_received_returned_and_deleted(
        SqsProtocol protocol, LocalSqsProtocols spoken)
    {
        await using var server = await StartAsync(spoken);
        using var client = TestClients.Create(server.ServiceUrl, protocol);
        var url = (await client.CreateQueueAsync("logins")).QueueUrl;

        var sent = await client.SendMessageBatchAsync(
            url, [.. Enumerable.Range(0, 10).Select(i => new SendMessageBatchRequestEntry($"{i}", $"body {i}"))]);
        var first = await ReceiveAsync(client, url);
        var returned = await client.ChangeMessageVisibilityBatchAsync(
            url,
            [.. first.Select((x, i) => new ChangeMessageVisibilityBatchRequestEntry($"{i}", x.ReceiptHandle)
            {
                VisibilityTimeout = 0,
            })]);
        var second = await ReceiveAsync(client, url);
        var deleted = await client.DeleteMessageBatchAsync(
            url, [.. second.Skip(2).Select((x, i) => new DeleteMessageBatchRequestEntry($"{i}", x.ReceiptHandle))]);
        await client.DeleteMessageAsync(url, second[0].ReceiptHandle);
        await client.ChangeMessageVisibilityAsync(url, second[1].ReceiptHandle, 0);

        Assert.Equal((10, 10, 8), (sent.Successful.Count, returned.Successful.Count, deleted.Successful.Count));
        Assert.All([sent.Failed, returned.Failed, deleted.Failed], failed => Assert.Empty(failed ?? []));
        Assert.All(second, message => Assert.Equal("2", message.Attributes["ApproximateReceiveCount"]));
        Assert.Equal(second[1].MessageId, Assert.Single(await ReceiveAsync(client, url)).MessageId);
        await client.PurgeQueueAsync(url);
        Assert.Equal(0, (await client.GetQueueAttributesAsync(url, ["All"])).ApproximateNumberOfMessagesNotVisible);
        await client.DeleteQueueAsync(url);
        await Assert.ThrowsAsync<QueueDoesNotExistException>(() => client.GetQueueUrlAsync("logins"));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task A_batch_reply_says_which_entries_failed_and_why(SqsProtocol protocol, LocalSqsProtocols spoken)
    {
        await using var server = await StartAsync(spoken);
        using var client = TestClients.Create(server.ServiceUrl, protocol);
        var url = (await client.CreateQueueAsync("logins")).QueueUrl;
        await client.SendMessageBatchAsync(url, [new("0", "one"), new("1", "two")]);
        var received = await ReceiveAsync(client, url);

        var result = await client.DeleteMessageBatchAsync(
            url, [new("a", received[0].ReceiptHandle), new("b", NoHandle), new("c", received[1].ReceiptHandle)]);

        Assert.Equal(["a", "c"], result.Successful.Select(x => x.Id));
        var failure = Assert.Single(result.Failed);
        Assert.Equal(("b", "ReceiptHandleIsInvalid", true), (failure.Id, failure.Code, failure.SenderFault));
        Assert.False(SqsErrors.IsTransient(failure.Code, failure.SenderFault!.Value));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task An_injected_failure_of_an_entry_is_transient(SqsProtocol protocol, LocalSqsProtocols spoken)
    {
        await using var server = await StartAsync(spoken);
        using var client = TestClients.Create(server.ServiceUrl, protocol);
        var url = (await client.CreateQueueAsync("logins")).QueueUrl;
        server.Faults = new SqsFaultPlan
        {
            Rules = [new SqsFaultRule { Kind = SqsFaultKind.PartialBatchFailure, Operation = "SendMessageBatch" }],
        };

        var result = await client.SendMessageBatchAsync(url, [new("0", "one")]);

        var failure = Assert.Single(result.Failed);
        Assert.True(SqsErrors.IsTransient(failure.Code, failure.SenderFault!.Value));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task A_FIFO_message_arrives_with_its_group_deduplication_id_and_sequence_number(
        SqsProtocol protocol, LocalSqsProtocols spoken)
    {
        await using var server = await StartAsync(spoken);
        using var client = TestClients.Create(server.ServiceUrl, protocol);
        var url = (await client.CreateQueueAsync(Queue("logins.fifo", "FifoQueue", "true"))).QueueUrl;

        var sent = await client.SendMessageAsync(new SendMessageRequest(url, "one")
        {
            MessageGroupId = "group",
            MessageDeduplicationId = "d1",
        });
        var message = Assert.Single(await ReceiveAsync(client, url));

        Assert.Equal("group", message.Attributes["MessageGroupId"]);
        Assert.Equal("d1", message.Attributes["MessageDeduplicationId"]);
        Assert.Equal(sent.SequenceNumber, message.Attributes["SequenceNumber"]);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task A_message_move_task_of_a_dead_letter_queue_is_started_and_listed(
        SqsProtocol protocol, LocalSqsProtocols spoken)
    {
        await using var server = await StartAsync(spoken);
        using var client = TestClients.Create(server.ServiceUrl, protocol);
        var dead = (await client.CreateQueueAsync("dead")).QueueUrl;
        var arn = (await client.GetQueueAttributesAsync(dead, ["QueueArn"])).QueueARN;
        var source = (await client.CreateQueueAsync(new CreateQueueRequest("logins")
        {
            Attributes = new() { ["RedrivePolicy"] = $$"""{"deadLetterTargetArn":"{{arn}}","maxReceiveCount":1}""" },
        })).QueueUrl;

        var sources = await client.ListDeadLetterSourceQueuesAsync(
            new ListDeadLetterSourceQueuesRequest { QueueUrl = dead });
        var task = await client.StartMessageMoveTaskAsync(new StartMessageMoveTaskRequest { SourceArn = arn });
        var tasks = await client.ListMessageMoveTasksAsync(new ListMessageMoveTasksRequest { SourceArn = arn });

        Assert.Equal(source, Assert.Single(sources.QueueUrls));
        Assert.NotEmpty(task.TaskHandle);
        var listed = Assert.Single(tasks.Results);
        Assert.Equal((arn, 0L), (listed.SourceArn, listed.ApproximateNumberOfMessagesMoved!.Value));
        Assert.NotEqual(0, listed.StartedTimestamp);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Each_error_is_the_same_exception_in_each_protocol(SqsProtocol protocol, LocalSqsProtocols spoken)
    {
        await using var server = await StartAsync(spoken);
        using var client = TestClients.Create(server.ServiceUrl, protocol);
        var url = (await client.CreateQueueAsync(Queue("logins", "VisibilityTimeout", "45"))).QueueUrl;

        var unknown = await Assert.ThrowsAsync<QueueDoesNotExistException>(() => client.GetQueueUrlAsync("nowhere"));
        await Assert.ThrowsAsync<QueueNameExistsException>(
            () => client.CreateQueueAsync(Queue("logins", "VisibilityTimeout", "46")));
        await Assert.ThrowsAsync<ReceiptHandleIsInvalidException>(() => client.DeleteMessageAsync(url, NoHandle));
        await Assert.ThrowsAsync<InvalidAttributeNameException>(() => client.GetQueueAttributesAsync(url, ["Nothing"]));
        await Assert.ThrowsAsync<InvalidMessageContentsException>(() => client.SendMessageAsync(url, "\u0001"));
        await Assert.ThrowsAsync<BatchEntryIdsNotDistinctException>(
            () => client.SendMessageBatchAsync(url, [new("0", "a"), new("0", "b")]));

        Assert.Equal("AWS.SimpleQueueService.NonExistentQueue", unknown.ErrorCode);
        Assert.Equal("QueueDoesNotExist", SqsErrors.Normalize(unknown.ErrorCode));
        Assert.NotEmpty(unknown.RequestId);
        Assert.False(SqsErrors.IsTransient(unknown));
    }

    private static CreateQueueRequest Queue(string name, string attribute, string value) =>
        new(name) { Attributes = new() { [attribute] = value } };

    private static async Task<List<Message>> ReceiveAsync(IAmazonSQS client, string url)
    {
        var response = await client.ReceiveMessageAsync(new ReceiveMessageRequest(url)
        {
            MaxNumberOfMessages = 10,
            WaitTimeSeconds = 0,
            VisibilityTimeout = 3600,
            MessageSystemAttributeNames = ["All"],
            MessageAttributeNames = ["All"],
        });
        return response.Messages ?? [];
    }

    private static Task<LocalSqs> StartAsync(LocalSqsProtocols spoken) =>
        LocalSqs.StartAsync(new LocalSqsOptions { Protocols = spoken });
}
