using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Amazon.SQS.Model;

namespace FetchEtl.Sqs.Tests;

public sealed class SqsFaultTests
{
    private const string Body = """{"text":"x","secret":"canary-4711"}""";

    [Fact]
    public async Task An_invalid_message_is_dead_lettered_at_once_with_its_body_attributes_and_reasons()
    {
        await using var host = await RiderHost.CreateAsync();
        host.Behaviour.Handle = _ => throw new ValidationException("text: is too short");
        await host.StartAsync();

        var id = await host.SendAsync(Body, new() { ["Tenant"] = RiderHost.Text("acme") });
        var letter = await host.OnlyDeadLetterAsync();
        await host.QueueIsEmptyAsync();

        Assert.Equal(Body, letter.Body);
        Assert.Equal("acme", letter.MessageAttributes["Tenant"].StringValue);
        Assert.Equal("text: is too short", letter.MessageAttributes[DeadLetterAttributes.Reason].StringValue);
        Assert.Equal(id, letter.MessageAttributes[DeadLetterAttributes.OriginalMessageId].StringValue);
        Assert.Equal("Number", letter.MessageAttributes[DeadLetterAttributes.OriginalSentTimestamp].DataType);
        var source = JsonSerializer.Deserialize<JsonElement>(
            letter.MessageAttributes[DeadLetterAttributes.Source].StringValue!);
        Assert.Equal("notes", source.GetProperty("queue").GetString());
        Assert.Equal(1, source.GetProperty("receiveCount").GetInt32());
        Assert.Single(host.Behaviour.Seen);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(180, 3)]
    [InlineData(290, 4)]
    [InlineData(2000, 5)]
    public async Task A_dead_letter_of_the_largest_size_keeps_its_body_and_as_many_attributes_as_fit(
        int room, int attributes)
    {
        await using var host = await RiderHost.CreateAsync();
        host.Behaviour.Handle = _ => throw new ValidationException("text: is too long");
        await host.StartAsync();
        var tenant = RiderHost.Text("acme");
        var body = new string(' ', (1024 * 1024) - room - Body.Length) + Body;

        await host.SendAsync(body, room < 20 ? null : new() { ["Tenant"] = tenant });
        var letter = await host.OnlyDeadLetterAsync();
        await host.QueueIsEmptyAsync();

        Assert.Equal(body, letter.Body);
        Assert.Equal(attributes, letter.MessageAttributes?.Count ?? 0);
    }

    [Fact]
    public async Task A_body_larger_than_SQS_allows_is_dead_lettered_without_being_consumed()
    {
        var body = new string('x', (1024 * 1024) + 1);
        var md5 = Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(body)));
        var received = $$"""{"MessageId":"m-1","ReceiptHandle":"r-1","MD5OfBody":"{{md5}}","Body":"{{body}}"}""";
        var sent = $$"""{"Id":"0","MessageId":"m-2","MD5OfMessageBody":"{{md5}}"}""";
        var isDelivered = 0;
        await using var endpoint = await WireEndpoint.StartAsync(async (request, aborted) =>
        {
            switch (request.Headers["X-Amz-Target"])
            {
                case "AmazonSQS.ReceiveMessage" when Interlocked.Exchange(ref isDelivered, 1) == 0:
                    return WireReply.Json($$"""{"Messages":[{{received}}]}""");
                case "AmazonSQS.ReceiveMessage":
                    await Task.Delay(Timeout.Infinite, aborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    return null;
                case "AmazonSQS.GetQueueUrl":
                    return WireReply.QueueUrl;
                case "AmazonSQS.SendMessageBatch":
                    return WireReply.Json($$"""{"Successful":[{{sent}}]}""");
                default:
                    return WireReply.Json("{}");
            }
        });
        await using var host = await RiderHost.CreateAsync(serviceUrl: endpoint.Url);
        await host.StartBusAsync();

        await host.EventuallyAsync(
            () => endpoint.Requests.Any(x => x.Headers["X-Amz-Target"] == "AmazonSQS.DeleteMessageBatch"),
            "the message is settled");

        var letter = Assert.Single(
            endpoint.Requests, x => x.Headers["X-Amz-Target"] == "AmazonSQS.SendMessageBatch");
        Assert.Contains(body, letter.Content);
        Assert.Contains("larger than 1 MiB", host.Log);
        Assert.Empty(host.Behaviour.Seen);
    }

    [Theory]
    [InlineData("{\"text\":")]
    [InlineData("canary-4711")]
    [InlineData("\"canary-4711\"")]
    [InlineData("{\"text\":{\"canary-4711\":1}}")]
    public async Task A_body_that_cannot_be_deserialized_is_dead_lettered_and_the_reason_does_not_quote_it(string body)
    {
        await using var host = await RiderHost.CreateAsync();
        await host.StartAsync();

        await host.SendAsync(body);
        var letter = await host.OnlyDeadLetterAsync();
        await host.QueueIsEmptyAsync();

        Assert.Equal(body, letter.Body);
        Assert.Equal(
            "The body could not be deserialized.", letter.MessageAttributes[DeadLetterAttributes.Reason].StringValue);
        Assert.DoesNotContain("canary", host.Log);
    }

    [Fact]
    public async Task A_dead_letter_has_at_most_ten_attributes_and_keeps_six_of_its_producers()
    {
        await using var host = await RiderHost.CreateAsync();
        host.Behaviour.Handle = _ => throw new ValidationException("no");
        await host.StartAsync();

        await host.SendAsync(Body, Enumerable.Range(0, 10).ToDictionary(x => $"a{x}", _ => RiderHost.Text("v")));
        var letter = await host.OnlyDeadLetterAsync();
        await host.QueueIsEmptyAsync();

        Assert.Equal(10, letter.MessageAttributes.Count);
        Assert.Equal(6, letter.MessageAttributes.Keys.Count(x => x.StartsWith('a')));
    }

    [Fact]
    public async Task A_message_with_a_transient_fault_is_retried_until_it_succeeds()
    {
        var attempts = 0;
        await using var host = await RiderHost.CreateAsync();
        host.Behaviour.Handle = _ =>
            ++attempts < 3 ? throw new InvalidOperationException("canary-4711") : Task.CompletedTask;
        await host.StartAsync();

        await host.SendAsync(Body);
        await host.EventuallyAsync(() => host.Behaviour.Seen.Count == 3, "the third attempt");
        await host.QueueIsEmptyAsync();

        Assert.Equal(2, host.Behaviour.Seen.Count(x => x.Redelivered));
        Assert.Equal((0, 0), await host.DepthAsync(host.DeadLetterUrl));
        Assert.DoesNotContain("canary", host.Log);
    }

    [Fact]
    public async Task The_queues_own_redrive_policy_ends_the_attempts()
    {
        await using var host = await RiderHost.CreateAsync();
        host.Behaviour.Handle = _ => throw new InvalidOperationException();
        await host.StartAsync();
        var arn = (await host.Client.GetQueueAttributesAsync(host.DeadLetterUrl, ["QueueArn"])).QueueARN;
        await host.Client.SetQueueAttributesAsync(host.QueueUrl, new Dictionary<string, string>
        {
            ["RedrivePolicy"] = $$"""{"deadLetterTargetArn":"{{arn}}","maxReceiveCount":2}""",
        });

        await host.SendAsync(Body);
        var letter = await host.OnlyDeadLetterAsync();
        await host.QueueIsEmptyAsync();

        Assert.Equal(2, host.Behaviour.Seen.Count);
        Assert.Equal(Body, letter.Body);
    }

    [Fact]
    public async Task An_observer_that_throws_does_not_change_how_messages_are_settled()
    {
        await using var host = await RiderHost.CreateAsync();
        await host.StartAsync();
        var observer = new ThrowingObserver();
        host.Connect(observer);

        await host.SendAsync("""{"text":"a"}""");
        await host.SendAsync("{");
        await host.QueueIsEmptyAsync();

        await host.EventuallyAsync(() => observer.Completions == 1, "the observer learns of the completion");
        Assert.Equal(1, observer.Faults);
        Assert.Single(host.Behaviour.Seen);
        Assert.Equal("{", (await host.OnlyDeadLetterAsync()).Body);
    }

    [Fact]
    public async Task A_message_whose_dead_letter_SQS_rejects_stays_on_its_queue_and_the_log_says_why()
    {
        await using var host = await RiderHost.CreateAsync();
        host.Behaviour.Handle = _ => throw new ValidationException("no");
        await host.StartAsync();
        await host.Client.SetQueueAttributesAsync(
            host.DeadLetterUrl, new Dictionary<string, string> { ["MaximumMessageSize"] = "1024" });

        await host.SendAsync($$"""{"text":"{{new string('x', 2000)}}"}""");
        await host.EventuallyAsync(() => host.Behaviour.Seen.Count == 2, "the message is handled again");

        Assert.Contains("stays on its queue", host.Log);
        Assert.Contains("notes-dead rejected it", host.Log);
        Assert.Equal((0, 0), await host.DepthAsync(host.DeadLetterUrl));
    }

    [Fact]
    public async Task A_dead_letter_of_a_FIFO_queue_stays_in_its_message_group()
    {
        await using var host = await RiderHost.CreateAsync(queueName: "notes.fifo");
        host.Behaviour.Handle = _ => throw new ValidationException("no");
        await host.StartAsync("notes.fifo");

        await host.Client.SendMessageAsync(
            new SendMessageRequest(host.QueueUrl, Body) { MessageGroupId = "g1", MessageDeduplicationId = "d1" });
        var letter = await host.OnlyDeadLetterAsync();
        await host.QueueIsEmptyAsync();

        Assert.Equal("g1", letter.Attributes["MessageGroupId"]);
    }
}
