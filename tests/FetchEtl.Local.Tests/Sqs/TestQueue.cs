using Amazon.SQS;
using Amazon.SQS.Model;

namespace FetchEtl.Local.Tests;

/// <summary>A queue with a name that no other test has, and the calls that most tests need.</summary>
internal sealed class TestQueue(IAmazonSQS sqs, string name, string url)
{
    public string Name => name;

    public string Url => url;

    public static async Task<TestQueue> CreateAsync(
        IAmazonSQS sqs, Dictionary<string, string>? attributes = null, string suffix = "")
    {
        var name = $"test-{Guid.NewGuid():N}{suffix}";
        var created = await sqs.CreateQueueAsync(new CreateQueueRequest { QueueName = name, Attributes = attributes });
        return new(sqs, name, created.QueueUrl);
    }

    public static Task<TestQueue> CreateFifoAsync(IAmazonSQS sqs, bool contentBased = true) =>
        CreateAsync(sqs, FifoAttributes(contentBased), ".fifo");

    public static Dictionary<string, string> FifoAttributes(bool contentBased = true) => contentBased
        ? new() { ["FifoQueue"] = "true", ["ContentBasedDeduplication"] = "true" }
        : new() { ["FifoQueue"] = "true" };

    public Task<SendMessageResponse> SendAsync(string? body, Action<SendMessageRequest>? change = null)
    {
        var request = new SendMessageRequest { QueueUrl = url, MessageBody = body };
        change?.Invoke(request);
        return sqs.SendMessageAsync(request);
    }

    public Task<SendMessageResponse> SendAsync(string body, string group) =>
        SendAsync(body, request => request.MessageGroupId = group);

    public async Task<List<Message>> ReceiveAsync(int max = 10, Action<ReceiveMessageRequest>? change = null)
    {
        var request = new ReceiveMessageRequest { QueueUrl = url, MaxNumberOfMessages = max };
        change?.Invoke(request);
        return (await sqs.ReceiveMessageAsync(request)).Messages ?? [];
    }

    /// <summary>A long poll of 20 seconds.</summary>
    public Task<List<Message>> WaitAsync(int max = 10) => ReceiveAsync(max, request => request.WaitTimeSeconds = 20);

    public async Task<Message> ReceiveOneAsync(Action<ReceiveMessageRequest>? change = null) =>
        Assert.Single(await ReceiveAsync(1, change));

    /// <summary>One message with all its system attributes.</summary>
    public Task<Message> ReceiveWithAttributesAsync() =>
        ReceiveOneAsync(request => request.MessageSystemAttributeNames = ["All"]);

    public Task DeleteAsync(string receiptHandle) => sqs.DeleteMessageAsync(url, receiptHandle);

    public Task DeleteAsync(Message message) => DeleteAsync(message.ReceiptHandle);

    public Task ChangeVisibilityAsync(string receiptHandle, int seconds) =>
        sqs.ChangeMessageVisibilityAsync(url, receiptHandle, seconds);

    public Task ChangeVisibilityAsync(Message message, int seconds) =>
        ChangeVisibilityAsync(message.ReceiptHandle, seconds);

    public Task SetAttributesAsync(Dictionary<string, string> attributes) =>
        sqs.SetQueueAttributesAsync(url, attributes);

    public async Task<string> AttributeAsync(string attribute) =>
        (await sqs.GetQueueAttributesAsync(url, [attribute])).Attributes[attribute];

    public Task<string> ArnAsync() => AttributeAsync("QueueArn");

    public async Task<(int Visible, int InFlight, int Delayed)> CountAsync()
    {
        var attributes = (await sqs.GetQueueAttributesAsync(
            url,
            [
                "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible",
                "ApproximateNumberOfMessagesDelayed",
            ])).Attributes;
        return (
            int.Parse(attributes["ApproximateNumberOfMessages"]),
            int.Parse(attributes["ApproximateNumberOfMessagesNotVisible"]),
            int.Parse(attributes["ApproximateNumberOfMessagesDelayed"]));
    }
}
