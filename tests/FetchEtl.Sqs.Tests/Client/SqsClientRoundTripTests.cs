using System.Text;
using FetchEtl.Local;

namespace FetchEtl.Sqs.Tests;

/// <summary>Each operation against LocalSqs, in both protocols and in the one that is found by itself.</summary>
public sealed class SqsClientRoundTripTests
{
    private static readonly SqsReceiveRequest Now = new() { WaitTime = TimeSpan.Zero };

    /// <summary>The protocol asked for, and what the server speaks.</summary>
    public static TheoryData<SqsProtocol, LocalSqsProtocols> Protocols => new()
    {
        { SqsProtocol.Json, LocalSqsProtocols.All },
        { SqsProtocol.Query, LocalSqsProtocols.All },
        { SqsProtocol.Auto, LocalSqsProtocols.All },
        { SqsProtocol.Auto, LocalSqsProtocols.Query },
    };

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task A_queue_is_created_found_and_described(SqsProtocol protocol, LocalSqsProtocols spoken)
    {
        await using var server = await StartAsync(spoken);
        using var client = TestClients.Client(server.ServiceUrl, protocol);

        var url = await client.CreateQueueAsync("logins", new Dictionary<string, string> { ["VisibilityTimeout"] = "45" });
        await client.SetQueueAttributesAsync(url, new Dictionary<string, string> { ["DelaySeconds"] = "0", ["VisibilityTimeout"] = "46" });
        var some = await client.GetQueueAttributesAsync(url, ["VisibilityTimeout"]);
        var all = await client.GetQueueAttributesAsync(url, ["All"]);

        Assert.Equal(url, await client.GetQueueUrlAsync("logins"));
        Assert.Equal("46", Assert.Single(some).Value);
        Assert.Equal("0", all["ApproximateNumberOfMessages"]);
        Assert.EndsWith(":logins", all["QueueArn"], StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task A_message_arrives_as_it_was_sent(SqsProtocol protocol, LocalSqsProtocols spoken)
    {
        await using var server = await StartAsync(spoken);
        using var client = TestClients.Client(server.ServiceUrl, protocol);
        var url = await client.CreateQueueAsync("logins", null);
        var before = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());

        var id = await client.SendMessageAsync(url, new SqsSendEntry("""{"a":"b & <c> \" \\ grün 😀"}""")
        {
            MessageAttributes = new Dictionary<string, SqsMessageAttribute>
            {
                ["text"] = new("String", "x & <y> é", null),
                ["number"] = new("Number.int", "42", null),
                ["bytes"] = new("Binary", null, new byte[] { 0, 255, 7 }),
            },
        });
        var message = Assert.Single(await client.ReceiveMessageAsync(url, Now));

        Assert.Equal(id, message.MessageId);
        Assert.Equal("""{"a":"b & <c> \" \\ grün 😀"}""", Encoding.UTF8.GetString(message.Body.Span));
        Assert.Equal(1, message.ReceiveCount);
        Assert.InRange(message.SentTime, before, before + TimeSpan.FromMinutes(1));
        Assert.Equal(3, message.MessageAttributes.Count);
        Assert.Equal(new SqsMessageAttribute("String", "x & <y> é", null), message.MessageAttributes["text"]);
        Assert.Equal(new SqsMessageAttribute("Number.int", "42", null), message.MessageAttributes["number"]);
        Assert.Equal("Binary", message.MessageAttributes["bytes"].DataType);
        Assert.Equal([0, 255, 7], message.MessageAttributes["bytes"].BinaryValue!.Value.ToArray());
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Whitespace_and_every_plane_of_Unicode_survive_in_a_body(SqsProtocol protocol, LocalSqsProtocols spoken)
    {
        await using var server = await StartAsync(spoken);
        using var client = TestClients.Client(server.ServiceUrl, protocol);
        var url = await client.CreateQueueAsync("logins", null);
        string[] bodies = [" ", "\t\n\r\n x ", "a+b%20c&d=e;f~*", "\u007f\u0085\u2028\ufffd", "\ud83d\ude00\udbff\udffd", "]]>&amp;"];

        await client.SendMessageBatchAsync(url, [.. bodies.Select(body => new SqsSendEntry(body))]);
        var received = await client.ReceiveMessageAsync(url, Now);

        Assert.Equal(bodies.Order(StringComparer.Ordinal), received.Select(message => Encoding.UTF8.GetString(message.Body.Span)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Ten_are_sent_received_returned_and_deleted(SqsProtocol protocol, LocalSqsProtocols spoken)
    {
        await using var server = await StartAsync(spoken);
        using var client = TestClients.Client(server.ServiceUrl, protocol);
        var url = await client.CreateQueueAsync("logins", null);

        Assert.True((await client.SendMessageBatchAsync(url, [.. Enumerable.Range(0, 10).Select(i => new SqsSendEntry($"body {i}"))])).AllSucceeded);
        var first = await client.ReceiveMessageAsync(url, Now with { VisibilityTimeout = TimeSpan.FromHours(1) });
        Assert.True((await client.ChangeMessageVisibilityBatchAsync(
            url, [.. first.Select(message => new SqsVisibilityEntry(message.ReceiptHandle, TimeSpan.Zero))])).AllSucceeded);
        var second = await client.ReceiveMessageAsync(url, Now);
        Assert.True((await client.DeleteMessageBatchAsync(url, [.. second.Select(message => message.ReceiptHandle)])).AllSucceeded);

        Assert.Equal(10, first.Count);
        Assert.Equal(10, second.Count);
        Assert.All(second, message => Assert.Equal(2, message.ReceiveCount));
        Assert.Empty(await client.ReceiveMessageAsync(url, Now));
        Assert.Equal("0", (await client.GetQueueAttributesAsync(url, ["ApproximateNumberOfMessagesNotVisible"]))["ApproximateNumberOfMessagesNotVisible"]);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task A_batch_says_which_of_its_entries_failed_and_why(SqsProtocol protocol, LocalSqsProtocols spoken)
    {
        await using var server = await StartAsync(spoken);
        using var client = TestClients.Client(server.ServiceUrl, protocol);
        var url = await client.CreateQueueAsync("logins", null);
        await client.SendMessageBatchAsync(url, [new SqsSendEntry("one"), new SqsSendEntry("two")]);
        var received = await client.ReceiveMessageAsync(url, Now);

        var result = await client.DeleteMessageBatchAsync(
            url, [received[0].ReceiptHandle, "no handle of this queue", received[1].ReceiptHandle]);

        Assert.False(result.AllSucceeded);
        var failure = Assert.Single(result.Failed);
        Assert.Equal(1, failure.Index);
        Assert.Equal(SqsErrorCode.ReceiptHandleIsInvalid, failure.Code);
        Assert.True(failure.SenderFault);
        Assert.False(failure.IsTransient);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task A_FIFO_queues_group_and_deduplication_id_come_along(SqsProtocol protocol, LocalSqsProtocols spoken)
    {
        await using var server = await StartAsync(spoken);
        using var client = TestClients.Client(server.ServiceUrl, protocol);
        var url = await client.CreateQueueAsync("logins.fifo", new Dictionary<string, string> { ["FifoQueue"] = "true" });

        await client.SendMessageAsync(url, new SqsSendEntry("one") { MessageGroupId = "group", MessageDeduplicationId = "d1" });
        var message = Assert.Single(await client.ReceiveMessageAsync(url, Now));

        Assert.Equal("group", message.MessageGroupId);
        Assert.Equal("d1", message.MessageDeduplicationId);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task A_delayed_message_stays_away(SqsProtocol protocol, LocalSqsProtocols spoken)
    {
        await using var server = await StartAsync(spoken);
        using var client = TestClients.Client(server.ServiceUrl, protocol);
        var url = await client.CreateQueueAsync("logins", null);

        await client.SendMessageAsync(url, new SqsSendEntry("later") { Delay = TimeSpan.FromMinutes(15) });

        Assert.Empty(await client.ReceiveMessageAsync(url, Now));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task An_unknown_queue_has_the_same_error_in_each_protocol(SqsProtocol protocol, LocalSqsProtocols spoken)
    {
        await using var server = await StartAsync(spoken);
        using var client = TestClients.Client(server.ServiceUrl, protocol);

        var exception = await Assert.ThrowsAsync<SqsException>(() => client.GetQueueUrlAsync("nowhere"));

        Assert.Equal(SqsErrorCode.QueueDoesNotExist, exception.Code);
        Assert.False(exception.IsTransient);
        Assert.Equal("GetQueueUrl", exception.Operation);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task A_queue_that_exists_otherwise_has_the_same_error_in_each_protocol(SqsProtocol protocol, LocalSqsProtocols spoken)
    {
        await using var server = await StartAsync(spoken);
        using var client = TestClients.Client(server.ServiceUrl, protocol);
        await client.CreateQueueAsync("logins", new Dictionary<string, string> { ["VisibilityTimeout"] = "45" });

        var exception = await Assert.ThrowsAsync<SqsException>(
            () => client.CreateQueueAsync("logins", new Dictionary<string, string> { ["VisibilityTimeout"] = "46" }));

        Assert.Equal(SqsErrorCode.QueueNameExists, exception.Code);
    }

    [Fact]
    public async Task A_batch_of_none_or_eleven_is_refused_before_it_is_sent()
    {
        await using var server = await StartAsync(LocalSqsProtocols.All);
        using var client = TestClients.Client(server.ServiceUrl);
        var eleven = Enumerable.Repeat("handle", 11).ToList();

        await Assert.ThrowsAsync<ArgumentException>(() => client.DeleteMessageBatchAsync("http://127.0.0.1/q", []));
        await Assert.ThrowsAsync<ArgumentException>(() => client.DeleteMessageBatchAsync("http://127.0.0.1/q", eleven));
    }

    private static Task<LocalSqs> StartAsync(LocalSqsProtocols spoken) => LocalSqs.StartAsync(new LocalSqsOptions { Protocols = spoken });
}
