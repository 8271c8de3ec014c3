using System.Net;
using System.Text;
using FetchEtl.Testing;

namespace FetchEtl.Sqs.Tests;

/// <summary>A body stays out of everything that is printed, even where the service quotes it.</summary>
public sealed class SqsPrivacyTests
{
    private const string Canary = "canary-7f3a";
    private const string Queue = "http://127.0.0.1/000000000000/q";

    [Theory]
    [InlineData(HttpStatusCode.BadRequest)]
    [InlineData(HttpStatusCode.InternalServerError)]
    public async Task An_error_that_quotes_a_sent_body_does_not_pass_it_on(HttpStatusCode status)
    {
        await using var endpoint = await WireEndpoint.StartAsync(WireReply.JsonError("InvalidMessageContents", status, Canary));
        using var logs = new RecordedLogs();
        using var client = TestClients.Client(endpoint.Url, loggerFactory: logs);

        var exception = await Assert.ThrowsAsync<SqsException>(() => client.SendMessageAsync(Queue, new SqsSendEntry(Canary)));

        Assert.DoesNotContain(Canary, exception.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(logs.Texts, line => line.Contains(Canary, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failed_entry_that_quotes_a_sent_body_does_not_pass_it_on()
    {
        await using var endpoint = await WireEndpoint.StartAsync(WireReply.Json(
            $$"""{"Failed":[{"Id":"0","Code":"InvalidMessageContents","SenderFault":true,"Message":"{{Canary}}"}]}"""));
        using var client = TestClients.Client(endpoint.Url);

        var result = await client.SendMessageBatchAsync(Queue, [new SqsSendEntry(Canary)]);

        Assert.DoesNotContain(Canary, Assert.Single(result.Failed).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SqsProtocol.Json, """{"Messages":[{"MessageId":"m","ReceiptHandle":"r","Body":"canary-7f3a \q"}]}""")]
    [InlineData(SqsProtocol.Json, """{"Messages":[{"MessageId":"m","ReceiptHandle":"r","Body":"canary-7f3a \ud800"}]}""")]
    [InlineData(SqsProtocol.Json, """{"Messages":[{"Body":"canary-7f3a"}]}""")]
    [InlineData(SqsProtocol.Json, """{"Messages":[{"MessageId":"m","ReceiptHandle":"r","Body":"b","Attributes":{"SentTimestamp":"canary-7f3a"}}]}""")]
    [InlineData(SqsProtocol.Json, """{"Messages":[{"MessageId":"m","ReceiptHandle":"r","Body":"b","MessageAttributes":{"a":{"DataType":"Binary","BinaryValue":"canary-7f3a"}}}]}""")]
    [InlineData(SqsProtocol.Query, "<ReceiveMessageResponse><ReceiveMessageResult><Message><Body>canary-7f3a</canary-7f3a>")]
    [InlineData(SqsProtocol.Query, "<!DOCTYPE a [<!ENTITY b 'canary-7f3a'>]><ReceiveMessageResponse>&b;</ReceiveMessageResponse>")]
    [InlineData(SqsProtocol.Query, "<ReceiveMessageResponse><ReceiveMessageResult><Message><Body>canary-7f3a</Body></Message></ReceiveMessageResult></ReceiveMessageResponse>")]
    public async Task A_reply_that_cannot_be_read_does_not_pass_its_bodies_on(SqsProtocol protocol, string content)
    {
        await using var endpoint = await WireEndpoint.StartAsync(WireReply.Json(content));
        using var logs = new RecordedLogs();
        using var client = TestClients.Client(endpoint.Url, protocol, logs);

        var exception = await Assert.ThrowsAsync<SqsException>(() => client.ReceiveMessageAsync(Queue, new SqsReceiveRequest()));

        Assert.Equal(SqsErrorCode.UnrecognizedReply, exception.Code);
        Assert.DoesNotContain(Canary, exception.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(logs.Texts, line => line.Contains(Canary, StringComparison.Ordinal));
    }

    [Fact]
    public void A_body_that_is_no_text_is_refused_without_being_quoted()
    {
        var bytes = Assert.Throws<ArgumentException>(() => new SqsSendEntry(new byte[] { 0x63, 0xff }));
        var text = Assert.Throws<ArgumentException>(() => new SqsSendEntry(Canary + "\ud800"));

        Assert.Contains("UTF-8", bytes.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Messages_and_attributes_print_nothing_of_their_content()
    {
        var attribute = new SqsMessageAttribute("String", Canary, null);
        var message = new SqsMessage
        {
            MessageId = "m-1",
            ReceiptHandle = Canary,
            Body = Encoding.UTF8.GetBytes(Canary),
            MessageAttributes = new Dictionary<string, SqsMessageAttribute> { [Canary] = attribute },
        };

        Assert.Equal("m-1 (receive 1)", message.ToString());
        Assert.Equal("String", attribute.ToString());
    }
}
