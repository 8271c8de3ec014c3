using System.Net;
using Amazon.SQS;
using Amazon.SQS.Model;
using FetchEtl.Testing;

namespace FetchEtl.Sqs.Tests;

/// <summary>No body appears in exceptions or logs, even where the service quotes it.</summary>
public sealed class SqsPrivacyTests
{
    private const string Canary = "canary-7f3a";
    private const string Queue = "http://127.0.0.1/000000000000/q";

    [Theory]
    [InlineData(SqsProtocol.Json, HttpStatusCode.BadRequest)]
    [InlineData(SqsProtocol.Json, HttpStatusCode.InternalServerError)]
    [InlineData(SqsProtocol.Query, HttpStatusCode.BadRequest)]
    public async Task An_error_reply_that_quotes_a_body_puts_it_into_no_exception_or_log(
        SqsProtocol protocol, HttpStatusCode status)
    {
        await using var endpoint = await WireEndpoint.StartAsync(request => request.IsJson
            ? WireReply.JsonError("InvalidMessageContents", status, Canary)
            : WireReply.XmlError("InvalidMessageContents", status, Canary));
        using var logs = new RecordedLogs();
        using var client = TestClients.Create(endpoint.Url, protocol, logs);

        var one = await Assert.ThrowsAsync<InvalidMessageContentsException>(
            () => client.SendMessageAsync(Queue, Canary));
        var batch = await Assert.ThrowsAsync<AmazonSQSException>(
            () => client.SendMessageBatchAsync(Queue, [new SendMessageBatchRequestEntry("0", Canary)]));

        Assert.DoesNotContain(Canary, one.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, batch.ToString(), StringComparison.Ordinal);
        Assert.Equal("InvalidMessageContents", one.ErrorCode);
        Assert.DoesNotContain(logs.Texts, line => line.Contains(Canary, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(SqsProtocol.Json, """{"Messages":[{"MessageId":"m","ReceiptHandle":"r","Body":"canary-7f3a \q"}]}""")]
    [InlineData(
        SqsProtocol.Json, """{"Messages":[{"MessageId":"m","ReceiptHandle":"r","Body":"canary-7f3a \ud800"}]}""")]
    [InlineData(SqsProtocol.Json, """{"Messages":[{"MessageId":"m","Body":"canary-7f3a","MD5OfBody":"0"}]}""")]
    [InlineData(SqsProtocol.Json, """{"Messages":[{"MessageId":"m","Body":"canary-7f3a"}]}""")]
    [InlineData(
        SqsProtocol.Json,
        """{"Messages":[{"MessageAttributes":{"a":{"DataType":"Binary","BinaryValue":"canary-7f3a"}}}]}""")]
    [InlineData(SqsProtocol.Json, """{"Messages":[{"MessageId":"m","Body":"canary-7f3a""")]
    [InlineData(SqsProtocol.Json, "<html>canary-7f3a</html>")]
    [InlineData(
        SqsProtocol.Query,
        "<ReceiveMessageResponse><ReceiveMessageResult><Message><Body>canary-7f3a</canary-7f3a>")]
    [InlineData(
        SqsProtocol.Query,
        "<!DOCTYPE a [<!ENTITY b 'canary-7f3a'>]><ReceiveMessageResponse>&b;</ReceiveMessageResponse>")]
    [InlineData(
        SqsProtocol.Query,
        "<ReceiveMessageResponse><ReceiveMessageResult><Message><Body>canary-7f3a</Body></Message>"
        + "</ReceiveMessageResult></ReceiveMessageResponse>")]
    public async Task A_reply_that_cannot_be_parsed_puts_its_bodies_into_no_exception_or_log(
        SqsProtocol protocol, string content)
    {
        await using var endpoint = await WireEndpoint.StartAsync(WireReply.Json(content));
        using var logs = new RecordedLogs();
        var options = TestClients.Options(endpoint.Url, protocol);
        options.Configure = config => config.MaxErrorRetry = 0;
        using var client = TestClients.Create(options, logs);

        // Where only the message is malformed, the reply is read without it.
        var exception = await Record.ExceptionAsync(
            async () => Assert.Empty((await client.ReceiveMessageAsync(Queue)).Messages));

        if (exception is not null)
        {
            Assert.DoesNotContain(Canary, exception.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(Canary, SqsErrors.Describe(exception), StringComparison.Ordinal);
        }

        Assert.DoesNotContain(logs.Texts, line => line.Contains(Canary, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Secrets_are_in_no_exception()
    {
        await using var endpoint = await WireEndpoint.StartAsync(
            WireReply.JsonError("SignatureDoesNotMatch", HttpStatusCode.Forbidden));
        var options = TestClients.Options(endpoint.Url);
        options.Credentials = new Amazon.Runtime.SessionAWSCredentials("AKID", Canary, Canary);
        using var client = TestClients.Create(options);

        var exception = await Assert.ThrowsAsync<AmazonSQSException>(() => client.GetQueueUrlAsync("q"));

        Assert.DoesNotContain(Canary, exception.ToString(), StringComparison.Ordinal);
    }
}
