using Amazon.SQS.Model;

namespace FetchEtl.Local.Tests;

public sealed class SqsBehaviourQueues(SqsEndpoint endpoint) : IClassFixture<SqsEndpoint>
{
    [Theory, EachProtocol]
    public async Task A_queue_created_again_with_the_same_attributes_is_the_same_queue(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs, new() { ["VisibilityTimeout"] = "45" });

        var again = await sqs.CreateQueueAsync(
            new CreateQueueRequest { QueueName = queue.Name, Attributes = new() { ["VisibilityTimeout"] = "45" } });

        Assert.Equal(queue.Url, again.QueueUrl);
        Assert.EndsWith("/" + queue.Name, queue.Url, StringComparison.Ordinal);
    }

    [Theory, EachProtocol]
    public async Task A_queue_created_again_with_other_attributes_is_rejected(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs, new() { ["VisibilityTimeout"] = "45" });

        var other = new CreateQueueRequest
        {
            QueueName = queue.Name,
            Attributes = new() { ["VisibilityTimeout"] = "46" },
        };
        var rejection = await Rejection.OfAsync<QueueNameExistsException>(
            "QueueAlreadyExists", () => sqs.CreateQueueAsync(other));

        Assert.Contains("VisibilityTimeout", rejection.Message, StringComparison.Ordinal);
    }

    [Theory, EachProtocol]
    public async Task A_deleted_queue_does_not_exist_for_any_operation(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);
        await sqs.DeleteQueueAsync(queue.Url);

        foreach (var call in (Func<Task>[])[
            () => sqs.GetQueueUrlAsync(queue.Name),
            () => queue.SendAsync("x"),
            () => queue.ReceiveAsync(),
            () => queue.CountAsync()])
        {
            await Rejection.OfAsync<QueueDoesNotExistException>("AWS.SimpleQueueService.NonExistentQueue", call);
        }
    }

    [Theory, EachProtocol]
    public async Task The_name_finds_the_url(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);

        Assert.Equal(queue.Url, (await sqs.GetQueueUrlAsync(queue.Name)).QueueUrl);
    }

    [Theory, EachProtocol]
    public async Task Queues_are_listed_by_prefix_in_pages(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var prefix = $"list-{Guid.NewGuid():N}-";
        foreach (var name in (string[])["a", "b", "c"])
        {
            await sqs.CreateQueueAsync(prefix + name);
        }

        var first = await sqs.ListQueuesAsync(new ListQueuesRequest { QueueNamePrefix = prefix, MaxResults = 2 });
        var second = await sqs.ListQueuesAsync(
            new ListQueuesRequest { QueueNamePrefix = prefix, MaxResults = 2, NextToken = first.NextToken });

        Assert.Equal(
            [prefix + "a", prefix + "b", prefix + "c"],
            first.QueueUrls.Concat(second.QueueUrls).Select(url => url[(url.LastIndexOf('/') + 1)..]));
        Assert.Single(second.QueueUrls);
        Assert.Null(second.NextToken);
    }

    [Theory, EachProtocol]
    public async Task A_new_queue_has_the_documented_defaults(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);

        var all = (await sqs.GetQueueAttributesAsync(queue.Url, ["All"])).Attributes;

        Assert.Equal("0", all["DelaySeconds"]);
        Assert.Equal("1048576", all["MaximumMessageSize"]);
        Assert.Equal("345600", all["MessageRetentionPeriod"]);
        Assert.Equal("0", all["ReceiveMessageWaitTimeSeconds"]);
        Assert.Equal("30", all["VisibilityTimeout"]);
        Assert.Equal("0", all["ApproximateNumberOfMessages"]);
        Assert.EndsWith(":" + queue.Name, all["QueueArn"], StringComparison.Ordinal);
        Assert.DoesNotContain("FifoQueue", all.Keys);
        Assert.DoesNotContain("RedrivePolicy", all.Keys);
    }

    [Theory, EachProtocol]
    public async Task Set_attributes_are_returned(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);

        await queue.SetAttributesAsync(new() { ["VisibilityTimeout"] = "7", ["DelaySeconds"] = "3" });

        Assert.Equal(
            ("7", "3"), (await queue.AttributeAsync("VisibilityTimeout"), await queue.AttributeAsync("DelaySeconds")));
    }

    [Theory]
    [InlineData("VisibilityTimeout", "43201")]
    [InlineData("DelaySeconds", "-1")]
    [InlineData("MessageRetentionPeriod", "59")]
    [InlineData("MaximumMessageSize", "1048577")]
    [InlineData("ReceiveMessageWaitTimeSeconds", "21")]
    public async Task An_attribute_out_of_range_is_rejected(string name, string value)
    {
        using var sqs = endpoint.Client();
        var queue = await TestQueue.CreateAsync(sqs);

        await Rejection.OfAsync<InvalidAttributeValueException>(
            "InvalidAttributeValue", () => queue.SetAttributesAsync(new() { [name] = value }));
    }

    [Theory]
    [InlineData("NoSuchAttribute", "1")]
    [InlineData("ContentBasedDeduplication", "true")]
    public async Task An_attribute_that_the_queue_does_not_have_is_rejected(string name, string value)
    {
        using var sqs = endpoint.Client();
        var queue = await TestQueue.CreateAsync(sqs);

        await Rejection.OfAsync<InvalidAttributeNameException>(
            "InvalidAttributeName", () => queue.SetAttributesAsync(new() { [name] = value }));
    }

    /// <summary>Recorded at AWS: LocalStack's test_create_standard_queue_with_fifo_attribute_raises_error.</summary>
    [Theory]
    [InlineData("FifoQueue", "false", "Unknown Attribute FifoQueue.")]
    [InlineData("ContentBasedDeduplication", "false", "Unknown Attribute ContentBasedDeduplication.")]
    [InlineData(
        "DeduplicationScope", "queue", "You can specify the DeduplicationScope only when FifoQueue is set to true.")]
    [InlineData(
        "FifoThroughputLimit",
        "perQueue",
        "You can specify the FifoThroughputLimit only when FifoQueue is set to true.")]
    public async Task A_standard_queue_is_not_created_with_an_attribute_of_FIFO_queues(
        string name, string value, string message)
    {
        using var sqs = endpoint.Client();

        var rejection = await Rejection.OfAsync<InvalidAttributeNameException>(
            "InvalidAttributeName", () => TestQueue.CreateAsync(sqs, new() { [name] = value }));

        Assert.Equal(message, rejection.Message);
    }

    [Theory, EachProtocol]
    public async Task Booleans_are_accepted_in_any_case_and_returned_in_lower_case(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(
            sqs, new() { ["FifoQueue"] = "True", ["ContentBasedDeduplication"] = "False" }, ".fifo");

        await sqs.CreateQueueAsync(
            new CreateQueueRequest { QueueName = queue.Name, Attributes = new() { ["FifoQueue"] = "TRUE" } });
        Assert.Equal("false", await queue.AttributeAsync("ContentBasedDeduplication"));
        await queue.SetAttributesAsync(new() { ["ContentBasedDeduplication"] = "True" });

        Assert.Equal("true", await queue.AttributeAsync("ContentBasedDeduplication"));
        Assert.Equal("true", await queue.AttributeAsync("FifoQueue"));
    }

    [Theory, EachProtocol]
    public async Task The_count_of_a_redrive_policy_can_be_text_and_is_returned_as_a_number(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var dead = await TestQueue.CreateAsync(sqs);
        var queue = await TestQueue.CreateAsync(sqs);
        var target = await dead.ArnAsync();
        string Policy(string count) => $$"""{"deadLetterTargetArn":"{{target}}","maxReceiveCount":{{count}}}""";

        await queue.SetAttributesAsync(new() { ["RedrivePolicy"] = Policy("\"7\"") });

        Assert.Equal(Policy("7"), await queue.AttributeAsync("RedrivePolicy"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:none","maxReceiveCount":1}""")]
    public async Task A_redrive_policy_without_an_existing_target_is_rejected(string policy)
    {
        using var sqs = endpoint.Client();
        var queue = await TestQueue.CreateAsync(sqs);

        await Rejection.OfAsync(
            "InvalidParameterValue", () => queue.SetAttributesAsync(new() { ["RedrivePolicy"] = policy }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("has space")]
    [InlineData("dotted.name")]
    [InlineData(".fifo")]
    [InlineData("a2345678901234567890123456789012345678901234567890123456789012345678901234567890x")]
    public async Task A_queue_name_that_SQS_does_not_allow_is_rejected(string name)
    {
        using var sqs = endpoint.Client();

        await Rejection.OfAsync("InvalidParameterValue", () => sqs.CreateQueueAsync(name));
    }

    [Theory]
    [InlineData(".fifo", null)]
    [InlineData(".fifo", "false")]
    [InlineData("", "true")]
    public async Task A_name_ends_in_fifo_if_and_only_if_the_queue_is_a_FIFO_queue(string suffix, string? fifoQueue)
    {
        using var sqs = endpoint.Client();
        var attributes = fifoQueue is null ? null : new Dictionary<string, string> { ["FifoQueue"] = fifoQueue };

        await Rejection.OfAsync("InvalidParameterValue", () => TestQueue.CreateAsync(sqs, attributes, suffix));
    }

    [Theory, EachProtocol]
    public async Task A_purge_empties_the_queue_and_cannot_be_repeated_within_a_minute(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);
        await queue.SendAsync("a");
        await queue.SendAsync("b");
        await queue.ReceiveOneAsync();

        await sqs.PurgeQueueAsync(queue.Url);

        Assert.Equal((0, 0, 0), await queue.CountAsync());
        await Rejection.OfAsync<PurgeQueueInProgressException>(
            "AWS.SimpleQueueService.PurgeQueueInProgress", 403, () => sqs.PurgeQueueAsync(queue.Url));
    }

    [Theory, EachProtocol]
    public async Task Tags_are_added_listed_and_removed(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);

        await sqs.TagQueueAsync(
            new TagQueueRequest { QueueUrl = queue.Url, Tags = new() { ["team"] = "data", ["stage"] = "test" } });
        await sqs.UntagQueueAsync(new UntagQueueRequest { QueueUrl = queue.Url, TagKeys = ["stage"] });
        var tags = await sqs.ListQueueTagsAsync(new ListQueueTagsRequest { QueueUrl = queue.Url });

        Assert.Equal([KeyValuePair.Create("team", "data")], tags.Tags);
    }

    [Theory, EachProtocol]
    public async Task Tags_without_a_tag_or_key_and_too_many_tags_are_rejected(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);
        async Task<string> ErrorAsync(string operation, string json)
        {
            using var response = await RawRequest.PostAsync(
                endpoint.Url, operation, $$"""{"QueueUrl":"{{queue.Url}}",{{json}}}""", protocol);
            Assert.Equal(400, (int)response.StatusCode);
            return await response.Content.ReadAsStringAsync();
        }

        var many = string.Join(',', Enumerable.Range(0, 51).Select(i => $"\"k{i}\":\"v\""));
        Assert.Contains("must contain the parameter Tags.", await ErrorAsync("TagQueue", "\"Tags\":{}"));
        Assert.Contains(
            $"Too many tags added for queue {queue.Name}.", await ErrorAsync("TagQueue", $"\"Tags\":{{{many}}}"));
        if (protocol == WireProtocol.Json)
        {
            Assert.Contains("between 1 and 128 characters", await ErrorAsync("UntagQueue", "\"TagKeys\":[]"));
        }
    }

    [Theory, EachProtocol]
    public async Task A_queue_can_be_created_with_tags(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var created = await sqs.CreateQueueAsync(
            new CreateQueueRequest { QueueName = $"test-{Guid.NewGuid():N}", Tags = new() { ["team"] = "data" } });

        var tags = await sqs.ListQueueTagsAsync(new ListQueueTagsRequest { QueueUrl = created.QueueUrl });

        Assert.Equal([KeyValuePair.Create("team", "data")], tags.Tags);
    }
}
