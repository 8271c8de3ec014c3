using System.Text.Json.Nodes;

namespace FetchEtl.Local.Tests;

public sealed class SqsBehaviourQueues(SqsEndpoint endpoint) : IClassFixture<SqsEndpoint>
{
    [Theory, EachProtocol]
    public async Task A_queue_created_again_with_the_same_attributes_is_the_same_queue(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await sqs.CreateQueueAsync(new() { ["VisibilityTimeout"] = "45" });

        var again = await sqs.CallAsync(
            "CreateQueue",
            new() { ["QueueName"] = queue.Name, ["Attributes"] = new JsonObject { ["VisibilityTimeout"] = "45" } });

        Assert.Equal(queue.Url, (string)again["QueueUrl"]!);
        Assert.EndsWith("/" + queue.Name, queue.Url, StringComparison.Ordinal);
    }

    [Theory, EachProtocol]
    public async Task A_queue_created_again_with_other_attributes_is_refused(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await sqs.CreateQueueAsync(new() { ["VisibilityTimeout"] = "45" });

        var refused = await sqs.RefusedAsync(
            "CreateQueue",
            new() { ["QueueName"] = queue.Name, ["Attributes"] = new JsonObject { ["VisibilityTimeout"] = "46" } });

        Assert.Equal(("QueueAlreadyExists", 400), (refused.Code, refused.Status));
        Assert.Contains("VisibilityTimeout", refused.Text, StringComparison.Ordinal);
    }

    [Theory, EachProtocol]
    public async Task A_deleted_queue_does_not_exist_for_any_operation(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await sqs.CreateQueueAsync();
        await queue.CallAsync("DeleteQueue");

        var byName = await sqs.RefusedAsync("GetQueueUrl", new() { ["QueueName"] = queue.Name });
        var byUrl = await queue.RefusedAsync("SendMessage", new() { ["MessageBody"] = "x" });

        Assert.Equal(("AWS.SimpleQueueService.NonExistentQueue", 400), (byName.Code, byName.Status));
        Assert.Equal(byName.Code, byUrl.Code);
    }

    [Theory, EachProtocol]
    public async Task The_name_finds_the_url(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await sqs.CreateQueueAsync();

        var found = await sqs.CallAsync("GetQueueUrl", new() { ["QueueName"] = queue.Name });

        Assert.Equal(queue.Url, (string)found["QueueUrl"]!);
    }

    [Theory, EachProtocol]
    public async Task Queues_are_listed_by_prefix_in_pages(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var prefix = $"list-{Guid.NewGuid():N}-";
        foreach (var name in (string[])["a", "b", "c"])
        {
            await sqs.CallAsync("CreateQueue", new() { ["QueueName"] = prefix + name });
        }

        var first = await sqs.CallAsync("ListQueues", new() { ["QueueNamePrefix"] = prefix, ["MaxResults"] = 2 });
        var second = await sqs.CallAsync(
            "ListQueues",
            new() { ["QueueNamePrefix"] = prefix, ["MaxResults"] = 2, ["NextToken"] = (string)first["NextToken"]! });

        Assert.Equal(2, first["QueueUrls"]!.AsArray().Count);
        Assert.Single(second["QueueUrls"]!.AsArray());
        Assert.Null(second["NextToken"]);
    }

    [Theory, EachProtocol]
    public async Task A_fresh_queue_has_the_documented_defaults(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await sqs.CreateQueueAsync();

        var all = (await queue.CallAsync("GetQueueAttributes", new() { ["AttributeNames"] = new JsonArray("All") }))["Attributes"]!;

        Assert.Equal("0", (string)all["DelaySeconds"]!);
        Assert.Equal("1048576", (string)all["MaximumMessageSize"]!);
        Assert.Equal("345600", (string)all["MessageRetentionPeriod"]!);
        Assert.Equal("0", (string)all["ReceiveMessageWaitTimeSeconds"]!);
        Assert.Equal("30", (string)all["VisibilityTimeout"]!);
        Assert.Equal("0", (string)all["ApproximateNumberOfMessages"]!);
        Assert.EndsWith(":" + queue.Name, (string)all["QueueArn"]!, StringComparison.Ordinal);
        Assert.Null(all["FifoQueue"]);
        Assert.Null(all["RedrivePolicy"]);
    }

    [Theory, EachProtocol]
    public async Task Set_attributes_are_read_back(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await sqs.CreateQueueAsync();

        await queue.CallAsync(
            "SetQueueAttributes",
            new() { ["Attributes"] = new JsonObject { ["VisibilityTimeout"] = "7", ["DelaySeconds"] = "3" } });

        Assert.Equal(("7", "3"), (await queue.AttributeAsync("VisibilityTimeout"), await queue.AttributeAsync("DelaySeconds")));
    }

    [Theory]
    [InlineData("VisibilityTimeout", "43201", "InvalidAttributeValue")]
    [InlineData("DelaySeconds", "-1", "InvalidAttributeValue")]
    [InlineData("MessageRetentionPeriod", "59", "InvalidAttributeValue")]
    [InlineData("MaximumMessageSize", "1048577", "InvalidAttributeValue")]
    [InlineData("ReceiveMessageWaitTimeSeconds", "21", "InvalidAttributeValue")]
    [InlineData("NoSuchAttribute", "1", "InvalidAttributeName")]
    [InlineData("ContentBasedDeduplication", "true", "InvalidAttributeName")]
    [InlineData("RedrivePolicy", "{}", "InvalidParameterValue")]
    [InlineData("RedrivePolicy", """{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:none","maxReceiveCount":1}""", "InvalidParameterValue")]
    public async Task An_attribute_out_of_range_is_refused(string name, string value, string code)
    {
        using var sqs = endpoint.Client(WireProtocol.Json);
        var queue = await sqs.CreateQueueAsync();

        var refused = await queue.RefusedAsync("SetQueueAttributes", new() { ["Attributes"] = new JsonObject { [name] = value } });

        Assert.Equal(code, refused.Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("has space")]
    [InlineData("dotted.name")]
    [InlineData(".fifo")]
    [InlineData("a2345678901234567890123456789012345678901234567890123456789012345678901234567890x")]
    public async Task A_queue_name_that_SQS_does_not_allow_is_refused(string name)
    {
        using var sqs = endpoint.Client(WireProtocol.Json);

        Assert.Equal("InvalidParameterValue", (await sqs.RefusedAsync("CreateQueue", new() { ["QueueName"] = name })).Code);
    }

    [Theory]
    [InlineData(".fifo", null)]
    [InlineData(".fifo", "false")]
    [InlineData("", "true")]
    public async Task A_name_ends_in_fifo_if_and_only_if_the_queue_is_a_FIFO_queue(string suffix, string? fifoQueue)
    {
        using var sqs = endpoint.Client(WireProtocol.Json);
        var request = new JsonObject { ["QueueName"] = $"test-{Guid.NewGuid():N}{suffix}" };
        if (fifoQueue is not null)
        {
            request["Attributes"] = new JsonObject { ["FifoQueue"] = fifoQueue };
        }

        Assert.Equal("InvalidParameterValue", (await sqs.RefusedAsync("CreateQueue", request)).Code);
    }

    [Theory, EachProtocol]
    public async Task Purging_empties_the_queue_and_may_not_be_repeated_within_a_minute(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await sqs.CreateQueueAsync();
        await queue.SendAsync("a");
        await queue.SendAsync("b");
        await queue.ReceiveOneAsync();

        await queue.CallAsync("PurgeQueue");
        var refused = await queue.RefusedAsync("PurgeQueue");

        Assert.Equal((0, 0, 0), await queue.CountAsync());
        Assert.Equal(("AWS.SimpleQueueService.PurgeQueueInProgress", 403), (refused.Code, refused.Status));
    }

    [Theory, EachProtocol]
    public async Task Tags_are_added_listed_and_removed(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await sqs.CreateQueueAsync();

        await queue.CallAsync("TagQueue", new() { ["Tags"] = new JsonObject { ["team"] = "data", ["stage"] = "test" } });
        await queue.CallAsync("UntagQueue", new() { ["TagKeys"] = new JsonArray("stage") });
        var tags = (await queue.CallAsync("ListQueueTags"))["Tags"]!.AsObject();

        Assert.Equal([KeyValuePair.Create("team", "data")], tags.Select(tag => KeyValuePair.Create(tag.Key, (string)tag.Value!)));
    }
}
