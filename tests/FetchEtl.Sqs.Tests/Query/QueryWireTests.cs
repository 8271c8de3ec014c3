using Amazon.Runtime;
using Amazon.SQS.Model;

namespace FetchEtl.Sqs.Tests;

/// <summary>Translated requests and replies on the wire, as in the samples of the SQS API Reference.</summary>
public sealed class QueryWireTests
{
    private const string Queue = "https://sqs.us-east-1.amazonaws.com/177715257436/MyQueue";
    private const string EmptyReceive = "<ReceiveMessageResponse/>";

    [Fact]
    public async Task A_receive_is_a_form_with_its_lists_numbered()
    {
        await using var endpoint = await WireEndpoint.StartAsync(WireReply.Xml(EmptyReceive));
        using var client = TestClients.Create(endpoint.Url, SqsProtocol.Query);

        await client.ReceiveMessageAsync(new ReceiveMessageRequest(Queue)
        {
            MaxNumberOfMessages = 5,
            WaitTimeSeconds = 20,
            VisibilityTimeout = 15,
            MessageSystemAttributeNames = ["SentTimestamp", "ApproximateReceiveCount"],
            MessageAttributeNames = ["All"],
        });

        var request = Assert.Single(endpoint.Requests);
        Assert.Equal(
            "Action=ReceiveMessage&Version=2012-11-05&MaxNumberOfMessages=5&MessageAttributeName.1=All"
            + "&AttributeName.1=SentTimestamp&AttributeName.2=ApproximateReceiveCount"
            + "&QueueUrl=https%3A%2F%2Fsqs.us-east-1.amazonaws.com%2F177715257436%2FMyQueue"
            + "&VisibilityTimeout=15&WaitTimeSeconds=20",
            request.Content);
        Assert.Equal("application/x-www-form-urlencoded; charset=utf-8", request.Headers["Content-Type"]);
        Assert.DoesNotContain("X-Amz-Target", request.Headers.Keys);
    }

    [Fact]
    public async Task A_batch_numbers_its_entries_and_their_attributes()
    {
        await using var endpoint = await WireEndpoint.StartAsync(WireReply.Xml(
            "<SendMessageBatchResponse><SendMessageBatchResult>"
            + "<SendMessageBatchResultEntry><Id>0</Id><MessageId>m</MessageId>"
            + $"<MD5OfMessageBody>{Md5("a+/= é")}</MD5OfMessageBody></SendMessageBatchResultEntry>"
            + "<BatchResultErrorEntry><Id>1</Id><Code>InternalError</Code><SenderFault>false</SenderFault>"
            + "</BatchResultErrorEntry>"
            + "</SendMessageBatchResult></SendMessageBatchResponse>"));
        using var client = TestClients.Create(endpoint.Url, SqsProtocol.Query);

        var result = await client.SendMessageBatchAsync("q", [
            new("0", "a+/= é")
            {
                MessageAttributes = new()
                {
                    ["n"] = new() { DataType = "Binary", BinaryValue = new MemoryStream([255]) },
                },
            },
            new("1", "b") { DelaySeconds = 3 },
        ]);

        Assert.Equal(
            "Action=SendMessageBatch&Version=2012-11-05&SendMessageBatchRequestEntry.1.Id=0"
            + "&SendMessageBatchRequestEntry.1.MessageAttribute.1.Name=n"
            + "&SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.BinaryValue=%2Fw%3D%3D"
            + "&SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.DataType=Binary"
            + "&SendMessageBatchRequestEntry.1.MessageBody=a%2B%2F%3D%20%C3%A9"
            + "&SendMessageBatchRequestEntry.2.DelaySeconds=3&SendMessageBatchRequestEntry.2.Id=1"
            + "&SendMessageBatchRequestEntry.2.MessageBody=b&QueueUrl=q",
            Assert.Single(endpoint.Requests).Content);
        Assert.Equal("m", Assert.Single(result.Successful).MessageId);
        var failure = Assert.Single(result.Failed);
        Assert.Equal(
            ("1", "InternalError", false, null), (failure.Id, failure.Code, failure.SenderFault, failure.Message));
    }

    [Fact]
    public async Task A_received_body_keeps_its_carriage_returns_whether_escaped_or_not()
    {
        const string Body = "a \"é😀\"\r\nb";
        await using var endpoint = await WireEndpoint.StartAsync(WireReply.Xml(
            $"""
            <?xml version="1.0"?>
            <ReceiveMessageResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><ReceiveMessageResult>
              <Message><MessageId>1</MessageId><ReceiptHandle>AQEBaZ+j5qUoAoAoxmOdYKVK7tHnRHg=</ReceiptHandle>
                <MD5OfBody>{Md5(Body)}</MD5OfBody><Body>a &quot;&#xe9;&#x1f600;&quot;&#xD;
            b</Body><Attribute><Name>SentTimestamp</Name><Value>1677112427387</Value></Attribute>
                <Attribute><Name>ApproximateReceiveCount</Name><Value>3</Value></Attribute>
                <MessageAttribute><Name>n</Name><Value>
                  <StringValue>7</StringValue><DataType>Number</DataType>
                </Value></MessageAttribute>
              </Message>
              <Message>
                <MessageId>2</MessageId><Body>x{'\r'}{'\n'}y</Body><MD5OfBody>{Md5("x\r\ny")}</MD5OfBody>
              </Message>
            </ReceiveMessageResult>
            <ResponseMetadata><RequestId>b6633655</RequestId></ResponseMetadata></ReceiveMessageResponse>
            """));
        using var client = TestClients.Create(endpoint.Url, SqsProtocol.Query);

        var response = await client.ReceiveMessageAsync(Queue);

        var message = response.Messages[0];
        Assert.Equal("b6633655", response.ResponseMetadata.RequestId);
        Assert.Equal(("1", Body), (message.MessageId, message.Body));
        Assert.Equal("AQEBaZ+j5qUoAoAoxmOdYKVK7tHnRHg=", message.ReceiptHandle);
        Assert.Equal("1677112427387", message.Attributes["SentTimestamp"]);
        Assert.Equal("3", message.Attributes["ApproximateReceiveCount"]);
        Assert.Equal("7", message.MessageAttributes["n"].StringValue);
        Assert.Equal("x\r\ny", response.Messages[1].Body);
    }

    [Theory]
    [InlineData(SqsProtocol.Json, null)]
    [InlineData(SqsProtocol.Json, "session-token")]
    [InlineData(SqsProtocol.Query, null)]
    [InlineData(SqsProtocol.Query, "session-token")]
    public async Task Requests_arrive_with_a_valid_signature(SqsProtocol protocol, string? token)
    {
        await using var endpoint = await WireEndpoint.StartAsync(request =>
            request.IsJson ? WireReply.Json("{}") : WireReply.Xml("<SetQueueAttributesResponse/>"));
        var options = TestClients.Options(endpoint.Url, protocol);
        options.Credentials = token is null
            ? new BasicAWSCredentials("AKID", "secret")
            : new SessionAWSCredentials("AKID", "secret", token);
        using var client = TestClients.Create(options);

        await client.SetQueueAttributesAsync(
            "http://elsewhere:9/000000000000/a queue", new Dictionary<string, string> { ["DelaySeconds"] = "1" });

        var request = Assert.Single(endpoint.Requests);
        Assert.Equal(protocol == SqsProtocol.Json, request.IsJson);
        Assert.Equal(token, request.Headers.GetValueOrDefault("X-Amz-Security-Token"));
        var authorization = request.Headers["Authorization"];
        Assert.Equal(token is not null, authorization.Contains("x-amz-security-token", StringComparison.Ordinal));
        Assert.Equal(
            AwsSignerOracle.Authorize(endpoint.Url, request, "AKID", "secret", "eu-central-1"), authorization);
    }

    [Fact]
    public async Task Anonymous_requests_stay_unsigned()
    {
        await using var endpoint = await WireEndpoint.StartAsync(WireReply.Xml(EmptyReceive));
        var options = TestClients.Options(endpoint.Url, SqsProtocol.Query);
        options.Credentials = new AnonymousAWSCredentials();
        using var client = TestClients.Create(options);

        await client.ReceiveMessageAsync(Queue);

        Assert.DoesNotContain("Authorization", Assert.Single(endpoint.Requests).Headers.Keys);
    }

    private static string Md5(string text) => Amazon.SQS.Internal.ValidationResponseHandler.CalculateMD5(text);
}
