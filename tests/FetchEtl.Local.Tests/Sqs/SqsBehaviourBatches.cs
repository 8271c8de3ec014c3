using System.Text.Json.Nodes;

namespace FetchEtl.Local.Tests;

public sealed class SqsBehaviourBatches(SqsEndpoint endpoint) : IClassFixture<SqsEndpoint>
{
    [Theory, EachProtocol]
    public async Task A_batch_fails_by_entry(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await sqs.CreateQueueAsync();

        var sent = await queue.CallAsync("SendMessageBatch", Entries(
            new() { ["Id"] = "good", ["MessageBody"] = "x" }, new() { ["Id"] = "bad", ["MessageBody"] = "x", ["DelaySeconds"] = 901 }));

        Assert.Equal("good", (string)Assert.Single(sent["Successful"]!.AsArray())!["Id"]!);
        var failed = Assert.Single(sent["Failed"]!.AsArray())!;
        Assert.Equal(("bad", "InvalidParameterValue"), ((string)failed["Id"]!, (string)failed["Code"]!));
        Assert.Equal("true", failed["SenderFault"]!.ToString());
        Assert.Single(await queue.ReceiveAsync());
    }

    [Theory, EachProtocol]
    public async Task Visibility_is_changed_and_messages_are_deleted_ten_at_a_time(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await sqs.CreateQueueAsync();
        await queue.CallAsync("SendMessageBatch", Entries(
            [.. Enumerable.Range(0, 10).Select(i => new JsonObject { ["Id"] = $"{i}", ["MessageBody"] = $"{i}" })]));

        var first = await queue.ReceiveAsync();
        await queue.CallAsync("ChangeMessageVisibilityBatch", Entries([.. first.Select((message, i) => Entry(message, i, visibility: 0))]));
        var second = await queue.ReceiveAsync();
        var deleted = await queue.CallAsync("DeleteMessageBatch", Entries([.. second.Select((message, i) => Entry(message, i))]));

        Assert.Equal(10, second.Length);
        Assert.Equal(10, deleted["Successful"]!.AsArray().Count);
        Assert.Equal((0, 0, 0), await queue.CountAsync());
    }

    [Theory, EachProtocol]
    public async Task A_batch_with_a_bad_handle_deletes_the_others(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await sqs.CreateQueueAsync();
        await queue.SendAsync("x");
        var message = await queue.ReceiveOneAsync();

        var result = await queue.CallAsync(
            "DeleteMessageBatch", Entries(Entry(message, 0), new() { ["Id"] = "bad", ["ReceiptHandle"] = "none" }));

        Assert.Single(result["Successful"]!.AsArray());
        Assert.Equal("ReceiptHandleIsInvalid", (string)Assert.Single(result["Failed"]!.AsArray())!["Code"]!);
        Assert.Equal((0, 0, 0), await queue.CountAsync());
    }

    [Theory]
    [InlineData("", "EmptyBatchRequest")]
    [InlineData("a a", "BatchEntryIdsNotDistinct")]
    [InlineData("a:b", "InvalidBatchEntryId")]
    [InlineData("1 2 3 4 5 6 7 8 9 10 11", "TooManyEntriesInBatchRequest")]
    public async Task A_malformed_batch_is_refused_whole(string ids, string code)
    {
        using var sqs = endpoint.Client(WireProtocol.Json);
        var queue = await sqs.CreateQueueAsync();
        var entries = ids.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(id => new JsonObject { ["Id"] = id, ["MessageBody"] = "x" });

        var refused = await queue.RefusedAsync("SendMessageBatch", Entries([.. entries]));

        Assert.Equal("AWS.SimpleQueueService." + code, refused.Code);
        Assert.Empty(await queue.ReceiveAsync());
    }

    [Theory, EachProtocol]
    public async Task A_batch_of_more_than_one_MiB_is_refused_whole(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await sqs.CreateQueueAsync();
        var half = new string('x', 524_289);

        var refused = await queue.RefusedAsync("SendMessageBatch", Entries(
            new() { ["Id"] = "1", ["MessageBody"] = half }, new() { ["Id"] = "2", ["MessageBody"] = half }));

        Assert.Equal("AWS.SimpleQueueService.BatchRequestTooLong", refused.Code);
    }

    private static JsonObject Entries(params JsonObject[] entries) => new() { ["Entries"] = new JsonArray([.. entries]) };

    private static JsonObject Entry(JsonNode message, int id, int? visibility = null)
    {
        var entry = RawQueue.Handle(message);
        entry["Id"] = $"{id}";
        if (visibility is not null)
        {
            entry["VisibilityTimeout"] = visibility;
        }

        return entry;
    }
}
