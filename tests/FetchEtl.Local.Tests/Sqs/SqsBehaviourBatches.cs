using Amazon.SQS.Model;

namespace FetchEtl.Local.Tests;

public sealed class SqsBehaviourBatches(SqsEndpoint endpoint) : IClassFixture<SqsEndpoint>
{
    [Theory, EachProtocol]
    public async Task A_batch_fails_by_entry(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);

        var sent = await sqs.SendMessageBatchAsync(
            queue.Url, [new("good", "x"), new("bad", "x") { DelaySeconds = 901 }]);

        var good = Assert.Single(sent.Successful);
        Assert.Equal("good", good.Id);
        var failed = Assert.Single(sent.Failed);
        Assert.Equal(("bad", "InvalidParameterValue", true), (failed.Id, failed.Code, failed.SenderFault));
        Assert.Equal(good.MessageId, Assert.Single(await queue.ReceiveAsync()).MessageId);
    }

    [Theory, EachProtocol]
    public async Task Visibility_is_changed_and_messages_are_deleted_ten_at_a_time(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);
        await sqs.SendMessageBatchAsync(
            queue.Url, [.. Enumerable.Range(0, 10).Select(i => new SendMessageBatchRequestEntry($"{i}", $"{i}"))]);

        var first = await queue.ReceiveAsync();
        await sqs.ChangeMessageVisibilityBatchAsync(queue.Url, [.. first.Select((message, i) =>
            new ChangeMessageVisibilityBatchRequestEntry($"{i}", message.ReceiptHandle) { VisibilityTimeout = 0 })]);
        var second = await queue.ReceiveAsync();
        var deleted = await sqs.DeleteMessageBatchAsync(
            queue.Url,
            [.. second.Select((message, i) => new DeleteMessageBatchRequestEntry($"{i}", message.ReceiptHandle))]);

        Assert.Equal(10, second.Count);
        Assert.Equal(10, deleted.Successful.Count);
        Assert.Equal((0, 0, 0), await queue.CountAsync());
    }

    [Theory, EachProtocol]
    public async Task A_batch_with_an_invalid_handle_deletes_the_other_messages(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);
        await queue.SendAsync("x");
        var message = await queue.ReceiveOneAsync();

        var result = await sqs.DeleteMessageBatchAsync(
            queue.Url, [new("0", message.ReceiptHandle), new("bad", "none")]);

        Assert.Single(result.Successful);
        Assert.Equal("ReceiptHandleIsInvalid", Assert.Single(result.Failed).Code);
        Assert.Equal((0, 0, 0), await queue.CountAsync());
    }

    [Fact]
    public async Task An_empty_batch_is_rejected() =>
        await AssertRejectedAsync<EmptyBatchRequestException>("EmptyBatchRequest");

    [Fact]
    public async Task A_batch_with_an_id_twice_is_rejected_as_a_whole() =>
        await AssertRejectedAsync<BatchEntryIdsNotDistinctException>("BatchEntryIdsNotDistinct", "a", "a");

    [Fact]
    public async Task A_batch_with_an_invalid_id_is_rejected_as_a_whole() =>
        await AssertRejectedAsync<InvalidBatchEntryIdException>("InvalidBatchEntryId", "a:b");

    [Fact]
    public async Task A_batch_of_eleven_entries_is_rejected_as_a_whole() =>
        await AssertRejectedAsync<TooManyEntriesInBatchRequestException>(
            "TooManyEntriesInBatchRequest", [.. Enumerable.Range(1, 11).Select(id => $"{id}")]);

    [Theory, EachProtocol]
    public async Task A_batch_of_more_than_one_MiB_is_rejected_as_a_whole(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);
        var half = new string('x', 524_289);

        await Rejection.OfAsync<BatchRequestTooLongException>(
            "AWS.SimpleQueueService.BatchRequestTooLong",
            () => sqs.SendMessageBatchAsync(queue.Url, [new("1", half), new("2", half)]));

        Assert.Empty(await queue.ReceiveAsync());
    }

    private async Task AssertRejectedAsync<TException>(string code, params string[] ids)
        where TException : Amazon.SQS.AmazonSQSException
    {
        using var sqs = endpoint.Client();
        var queue = await TestQueue.CreateAsync(sqs);

        await Rejection.OfAsync<TException>(
            "AWS.SimpleQueueService." + code,
            () => sqs.SendMessageBatchAsync(
                queue.Url, [.. ids.Select(id => new SendMessageBatchRequestEntry(id, "x"))]));

        Assert.Empty(await queue.ReceiveAsync());
    }
}
