using System.Text.Json.Nodes;

namespace FetchEtl.Local.Tests;

/// <summary>A queue and the calls that most tests make on it.</summary>
internal sealed class RawQueue(RawSqs sqs, string name, string url)
{
    public string Name => name;

    public string Url => url;

    public Task<JsonObject> CallAsync(string operation, JsonObject? more = null) => sqs.CallAsync(operation, Request(more));

    public Task<SqsRefusedException> RefusedAsync(string operation, JsonObject? more = null) =>
        sqs.RefusedAsync(operation, Request(more));

    public Task<JsonObject> SendAsync(string body, JsonObject? more = null) =>
        CallAsync("SendMessage", With(more, "MessageBody", body));

    public async Task<JsonNode[]> ReceiveAsync(int max = 10, JsonObject? more = null)
    {
        var result = await CallAsync("ReceiveMessage", With(more, "MaxNumberOfMessages", max));
        return [.. (result["Messages"] as JsonArray ?? []).Select(message => message!)];
    }

    public async Task<JsonNode> ReceiveOneAsync(JsonObject? more = null) => Assert.Single(await ReceiveAsync(1, more));

    public Task<JsonObject> DeleteAsync(JsonNode message) => CallAsync("DeleteMessage", Handle(message));

    public Task<JsonObject> ChangeVisibilityAsync(JsonNode message, int seconds) =>
        CallAsync("ChangeMessageVisibility", With(Handle(message), "VisibilityTimeout", seconds));

    public async Task<string> AttributeAsync(string attribute)
    {
        var result = await CallAsync("GetQueueAttributes", new() { ["AttributeNames"] = new JsonArray(attribute) });
        return (string)result["Attributes"]![attribute]!;
    }

    /// <summary>Visible, in flight and delayed.</summary>
    public async Task<(int Visible, int InFlight, int Delayed)> CountAsync() => (
        int.Parse(await AttributeAsync("ApproximateNumberOfMessages")),
        int.Parse(await AttributeAsync("ApproximateNumberOfMessagesNotVisible")),
        int.Parse(await AttributeAsync("ApproximateNumberOfMessagesDelayed")));

    public static JsonObject Handle(JsonNode message) => new() { ["ReceiptHandle"] = (string)message["ReceiptHandle"]! };

    private static JsonObject With(JsonObject? members, string key, JsonNode value)
    {
        var copy = members?.DeepClone().AsObject() ?? [];
        copy[key] = value;
        return copy;
    }

    private JsonObject Request(JsonObject? more) => With(more, "QueueUrl", url);
}
