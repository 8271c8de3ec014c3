using System.Text;

namespace FetchEtl.Sqs.Tests;

/// <summary>The bytes on the wire, pinned as literals after the samples of the SQS API Reference.</summary>
public sealed class SqsWireFormatTests
{
    private const string Queue = "https://sqs.us-east-1.amazonaws.com/177715257436/MyQueue";

    [Theory]
    [InlineData(
        SqsProtocol.Json,
        """{"MaxNumberOfMessages":5,"WaitTimeSeconds":20,"VisibilityTimeout":15,"AttributeNames":["SentTimestamp","ApproximateReceiveCount","MessageGroupId","MessageDeduplicationId"],"MessageAttributeNames":["All"],"QueueUrl":"https://sqs.us-east-1.amazonaws.com/177715257436/MyQueue"}""")]
    [InlineData(
        SqsProtocol.Query,
        "Action=ReceiveMessage&Version=2012-11-05&QueueUrl=https%3A%2F%2Fsqs.us-east-1.amazonaws.com%2F177715257436%2FMyQueue&MaxNumberOfMessages=5&WaitTimeSeconds=20&VisibilityTimeout=15&AttributeName.1=All&MessageAttributeName.1=All")]
    public async Task A_receive_asks_for_all_attributes(SqsProtocol protocol, string expected)
    {
        await using var endpoint = await StartAsync("{}", "<ReceiveMessageResponse/>");
        using var client = TestClients.Client(endpoint.Url, protocol);

        Assert.Empty(await client.ReceiveMessageAsync(
            Queue, new SqsReceiveRequest { MaxMessages = 5, VisibilityTimeout = TimeSpan.FromSeconds(14.2) }));

        Assert.Equal(expected, Assert.Single(endpoint.Requests).Content);
    }

    [Theory]
    [InlineData(
        SqsProtocol.Json,
        """{"Entries":[{"Id":"0","ReceiptHandle":"a+/="},{"Id":"1","ReceiptHandle":"b"}],"QueueUrl":"q"}""")]
    [InlineData(
        SqsProtocol.Query,
        "Action=DeleteMessageBatch&Version=2012-11-05&QueueUrl=q&DeleteMessageBatchRequestEntry.1.Id=0&DeleteMessageBatchRequestEntry.1.ReceiptHandle=a%2B%2F%3D&DeleteMessageBatchRequestEntry.2.Id=1&DeleteMessageBatchRequestEntry.2.ReceiptHandle=b")]
    public async Task A_delete_names_its_entries_by_their_index(SqsProtocol protocol, string expected)
    {
        await using var endpoint = await StartAsync(
            """{"Successful":[{"Id":"0"}],"Failed":[{"Id":"1","Code":"InternalError","SenderFault":false}]}""",
            "<DeleteMessageBatchResponse><DeleteMessageBatchResult><DeleteMessageBatchResultEntry><Id>0</Id></DeleteMessageBatchResultEntry>"
            + "<BatchResultErrorEntry><Id>1</Id><Code>InternalError</Code><SenderFault>false</SenderFault></BatchResultErrorEntry>"
            + "</DeleteMessageBatchResult></DeleteMessageBatchResponse>");
        using var client = TestClients.Client(endpoint.Url, protocol);

        var result = await client.DeleteMessageBatchAsync("q", ["a+/=", "b"]);

        Assert.Equal(expected, Assert.Single(endpoint.Requests).Content);
        var failure = Assert.Single(result.Failed);
        Assert.Equal(new SqsBatchFailure(1, "InternalError", SenderFault: false, Message: null), failure);
        Assert.True(failure.IsTransient);
    }

    [Theory]
    [InlineData(SqsProtocol.Json)]
    [InlineData(SqsProtocol.Query)]
    public async Task A_received_message_is_read_to_its_last_field(SqsProtocol protocol)
    {
        await using var endpoint = await StartAsync(
            """
            {"Messages":[{"Attributes":{"SenderId":"AIDASSYFHUBOBT7F4XT75","ApproximateFirstReceiveTimestamp":"1677112433437",
             "ApproximateReceiveCount":"3","SentTimestamp":"1677112427387","New":{"a":[1]}},"Body":"a \"\u00e9\ud83d\ude00\" b",
             "MD5OfBody":"fafb00f5732ab283681e124bf8747ed1","MessageId":"219f8380-5770-4cc2-8c3e-5c715e145f5e","Later":[{}],
             "MessageAttributes":{"n":{"DataType":"Number","StringValue":"7"}},"ReceiptHandle":"AQEBaZ+j5qUoAoAoxmOdYKVK7tHnRHg="}]}
            """,
            """
            <?xml version="1.0"?><ReceiveMessageResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><ReceiveMessageResult><Message>
              <MessageId>219f8380-5770-4cc2-8c3e-5c715e145f5e</MessageId><ReceiptHandle>AQEBaZ+j5qUoAoAoxmOdYKVK7tHnRHg=</ReceiptHandle>
              <MD5OfBody>fafb00f5732ab283681e124bf8747ed1</MD5OfBody><Body>a &quot;&#xe9;&#x1f600;&quot; b</Body>
              <Attribute><Name>SenderId</Name><Value>AIDASSYFHUBOBT7F4XT75</Value></Attribute>
              <Attribute><Name>SentTimestamp</Name><Value>1677112427387</Value></Attribute>
              <Attribute><Name>ApproximateReceiveCount</Name><Value>3</Value></Attribute>
              <MessageAttribute><Name>n</Name><Value><StringValue>7</StringValue><DataType>Number</DataType></Value></MessageAttribute>
            </Message></ReceiveMessageResult><ResponseMetadata><RequestId>b6633655</RequestId></ResponseMetadata></ReceiveMessageResponse>
            """);
        using var client = TestClients.Client(endpoint.Url, protocol);

        var message = Assert.Single(await client.ReceiveMessageAsync(Queue, new SqsReceiveRequest()));

        Assert.Equal("219f8380-5770-4cc2-8c3e-5c715e145f5e", message.MessageId);
        Assert.Equal("AQEBaZ+j5qUoAoAoxmOdYKVK7tHnRHg=", message.ReceiptHandle);
        Assert.Equal("a \"é😀\" b", Encoding.UTF8.GetString(message.Body.Span));
        Assert.Equal(1677112427387, message.SentTime.ToUnixTimeMilliseconds());
        Assert.Equal(3, message.ReceiveCount);
        Assert.Equal(new SqsMessageAttribute("Number", "7", null), Assert.Single(message.MessageAttributes).Value);
        Assert.Null(message.MessageGroupId);
    }

    [Fact]
    public async Task A_reply_larger_than_any_first_buffer_is_read_whole()
    {
        var body = new string('x', 1 << 20);
        await using var endpoint = await StartAsync($$"""{"Messages":[{"MessageId":"m","ReceiptHandle":"r","Body":"{{body}}"}]}""", "");
        using var client = TestClients.Client(endpoint.Url);

        var message = Assert.Single(await client.ReceiveMessageAsync(Queue, new SqsReceiveRequest()));

        Assert.Equal(body.Length, message.Body.Length);
    }

    private static Task<WireEndpoint> StartAsync(string json, string xml) =>
        WireEndpoint.StartAsync(request => request.IsJson ? WireReply.Json(json) : WireReply.Xml(xml));
}
