using System.Security.Cryptography;
using System.Text;
using Amazon.SQS.Model;

namespace FetchEtl.Local.Tests;

public sealed class SqsBehaviourMessages(SqsEndpoint endpoint) : IClassFixture<SqsEndpoint>
{
    [Theory, EachProtocol]
    public async Task A_body_arrives_as_it_was_sent_with_the_right_digest(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);
        const string body = "{\"a\": \"ü€😀 <&>'+%\\\\ \"}\r\n\t\u2028 end";

        var sent = await queue.SendAsync(body);
        var received = await queue.ReceiveOneAsync();

        var md5 = Convert.ToHexStringLower(
            CryptographicOperations.HashData(HashAlgorithmName.MD5, Encoding.UTF8.GetBytes(body)));
        Assert.Equal(body, received.Body);
        Assert.Equal(md5, sent.MD5OfMessageBody);
        Assert.Equal(md5, received.MD5OfBody);
        Assert.Equal(sent.MessageId, received.MessageId);
        Assert.Null(received.Attributes);
        Assert.Null(received.MessageAttributes);
    }

    /// <summary>Digests recorded from Amazon SQS.</summary>
    [Theory, EachProtocol]
    public async Task Attributes_are_selected_by_name_or_prefix_and_the_digest_covers_the_selected_ones(
        WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs, new() { ["VisibilityTimeout"] = "0" });
        var sent = await queue.SendAsync("msg", request => request.MessageAttributes = new()
        {
            ["Help.Me"] = Text("Me"),
            ["Hello"] = Text("There"),
            ["General"] = Text("Kenobi"),
        });

        Assert.Equal("4c360f3fdafd970e05fae2f149d997f5", sent.MD5OfMessageAttributes);
        await AssertSelects(["All"], "General Hello Help.Me", "4c360f3fdafd970e05fae2f149d997f5");
        await AssertSelects([".*"], "General Hello Help.Me", "4c360f3fdafd970e05fae2f149d997f5");
        await AssertSelects(["Hello", "General"], "General Hello", "fca026605781cb4126a1e9044df24232");
        await AssertSelects(["Hello", "Foo"], "Hello", "a311262e065454b75da111d535b8dacd");
        await AssertSelects(["Hel.*"], "Hello Help.Me", "83fee93c1bcd8b9a5a923ffacdc636c7");
        await AssertSelects(["Foo"], "", null);

        async Task AssertSelects(List<string> requested, string names, string? md5)
        {
            var message = await queue.ReceiveOneAsync(request => request.MessageAttributeNames = requested);
            var selected = (message.MessageAttributes ?? []).Keys;
            Assert.Equal(names, string.Join(' ', selected.Order(StringComparer.Ordinal)));
            Assert.Equal(md5, message.MD5OfMessageAttributes);
        }
    }

    [Theory, EachProtocol]
    public async Task A_binary_attribute_keeps_its_bytes(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);
        var bytes = Encoding.ASCII.GetBytes("traceparent\u001e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01");

        await queue.SendAsync("test", request => request.MessageAttributes = new()
        {
            ["attr1"] = new() { DataType = "Binary", BinaryValue = new(bytes) },
        });
        var message = await queue.ReceiveOneAsync(request => request.MessageAttributeNames = ["attr1"]);

        Assert.Equal(bytes, message.MessageAttributes["attr1"].BinaryValue.ToArray());
        Assert.Equal("8cbe4db156db8a94db8b801b7addb984", message.MD5OfMessageAttributes);
    }

    [Theory, EachProtocol]
    public async Task System_attributes_are_returned_on_request_under_either_name(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs, new() { ["VisibilityTimeout"] = "0" });
        const string trace = "Root=1-5759e988-bd862e3fe1be46a994272793";
        var sent = await queue.SendAsync("x", request => request.MessageSystemAttributes = new()
        {
            ["AWSTraceHeader"] = new() { DataType = "String", StringValue = trace },
        });

        var first = await queue.ReceiveOneAsync(request => request.MessageSystemAttributeNames = ["All"]);
        var second = await queue.ReceiveOneAsync(
            request => request.MessageSystemAttributeNames = ["ApproximateReceiveCount"]);

        Assert.Equal("62a56dd927315f2b2e12832b84617ea5", sent.MD5OfMessageSystemAttributes);
        Assert.Equal(
            [
                "AWSTraceHeader", "ApproximateFirstReceiveTimestamp", "ApproximateReceiveCount", "SenderId",
                "SentTimestamp",
            ],
            first.Attributes.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(trace, first.Attributes["AWSTraceHeader"]);
        Assert.Equal("1", first.Attributes["ApproximateReceiveCount"]);
        Assert.Equal("2", Assert.Single(second.Attributes).Value);
        using var older = await RawRequest.PostAsync(
            endpoint.Url,
            "ReceiveMessage",
            $$"""{"QueueUrl":"{{queue.Url}}","AttributeNames":["ApproximateReceiveCount"]}""",
            protocol);
        Assert.Contains(
            """{"ApproximateReceiveCount":"3"}""", await older.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory, EachProtocol]
    public async Task A_receive_returns_at_most_the_requested_number(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);
        for (var i = 0; i < 12; i++)
        {
            await queue.SendAsync($"{i}");
        }

        Assert.Single(await queue.ReceiveAsync(1));
        Assert.Equal(10, (await queue.ReceiveAsync(10)).Count);
        Assert.Single(await queue.ReceiveAsync(10));
        Assert.Empty(await queue.ReceiveAsync(10));
    }

    [Theory, EachProtocol]
    public async Task A_receive_without_a_number_returns_one_message(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);
        await queue.SendAsync("a");
        await queue.SendAsync("b");

        Assert.Single(await queue.ReceiveAsync(change: request => request.MaxNumberOfMessages = null));
    }

    [Theory]
    [InlineData(0, null, null)]
    [InlineData(11, null, null)]
    [InlineData(1, 21, null)]
    [InlineData(1, null, 43_201)]
    public async Task A_receive_with_a_parameter_out_of_range_is_rejected(int max, int? wait, int? visibility)
    {
        using var sqs = endpoint.Client();
        var queue = await TestQueue.CreateAsync(sqs);

        await Rejection.OfAsync("InvalidParameterValue", () => queue.ReceiveAsync(max, request =>
        {
            request.WaitTimeSeconds = wait;
            request.VisibilityTimeout = visibility;
        }));
    }

    [Theory]
    [InlineData("\u0000")]
    [InlineData("\u000b")]
    [InlineData("\uffff")]
    public async Task A_body_with_a_character_that_SQS_does_not_allow_is_rejected(string body)
    {
        using var sqs = endpoint.Client();
        var queue = await TestQueue.CreateAsync(sqs);

        await Rejection.OfAsync<InvalidMessageContentsException>("InvalidMessageContents", () => queue.SendAsync(body));
    }

    [Theory, EachProtocol]
    public async Task A_message_of_one_MiB_is_accepted_and_one_byte_more_is_rejected(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);
        const int attributeBytes = 4 + 6 + 2;
        void AddAttribute(SendMessageRequest request) => request.MessageAttributes = new() { ["four"] = Text("12") };

        await queue.SendAsync(new('x', 1_048_576 - attributeBytes), AddAttribute);
        await Rejection.OfAsync(
            "InvalidParameterValue", () => queue.SendAsync(new('x', 1_048_577 - attributeBytes), AddAttribute));

        Assert.Single(await queue.ReceiveAsync());
    }

    [Theory, EachProtocol]
    public async Task Ten_attributes_are_accepted_and_eleven_are_rejected(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);
        Task SendAsync(int attributes) => queue.SendAsync("x", request => request.MessageAttributes =
            Enumerable.Range(0, attributes).ToDictionary(i => $"a{i}", _ => Text("v")));

        await SendAsync(10);
        await Rejection.OfAsync("InvalidParameterValue", () => SendAsync(11));

        Assert.Single(await queue.ReceiveAsync());
    }

    [Theory]
    [InlineData("AWS.x", "String", "v")]
    [InlineData("a..b", "String", "v")]
    [InlineData("a b", "String", "v")]
    [InlineData("a", "Text", "v")]
    [InlineData("a", "String", "")]
    [InlineData("a", "Number", "one")]
    [InlineData("a", "Number", "NaN")]
    [InlineData("a", "Number", "Infinity")]
    [InlineData("a", "Number", "1e200")]
    [InlineData("a", "Number", "-1e127")]
    [InlineData("a", "Number", "1e-129")]
    public async Task A_malformed_attribute_is_rejected(string name, string type, string value)
    {
        using var sqs = endpoint.Client();
        var queue = await TestQueue.CreateAsync(sqs);

        var attribute = new MessageAttributeValue { DataType = type, StringValue = value };

        await Rejection.OfAsync("InvalidParameterValue", () => queue.SendAsync(
            "x", request => request.MessageAttributes = new() { [name] = attribute }));
    }

    [Theory]
    [InlineData("Number", "-1.5e+10")]
    [InlineData("Number", "-1e126")]
    [InlineData("Number", "1e-128")]
    [InlineData("Number", "0")]
    [InlineData("Number.int", "42")]
    [InlineData("String.custom", "v")]
    public async Task Numbers_and_custom_types_of_attributes_are_delivered(string type, string value)
    {
        using var sqs = endpoint.Client();
        var queue = await TestQueue.CreateAsync(sqs);

        await queue.SendAsync("x", request => request.MessageAttributes = new()
        {
            ["a"] = new() { DataType = type, StringValue = value },
        });
        var message = await queue.ReceiveOneAsync(request => request.MessageAttributeNames = ["All"]);

        Assert.Equal(
            (type, value), (message.MessageAttributes["a"].DataType, message.MessageAttributes["a"].StringValue));
    }

    [Theory, EachProtocol]
    public async Task A_missing_parameter_is_named(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);

        var rejection = await Rejection.OfAsync("MissingParameter", () => queue.SendAsync(body: null));

        Assert.Contains("MessageBody", rejection.Message, StringComparison.Ordinal);
    }

    /// <summary>Developer guide, "Amazon SQS and AWS X-Ray".</summary>
    [Theory, EachProtocol]
    public async Task The_trace_header_of_a_request_is_the_AWSTraceHeader_of_messages_without_one(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);
        using var http = new HttpClient(
            protocol == WireProtocol.Query ? new QueryHandler() : new SocketsHttpHandler());
        http.DefaultRequestHeaders.Add("X-Amzn-Trace-Id", "Root=1-header");
        const string own = """{"AWSTraceHeader":{"DataType":"String","StringValue":"Root=1-own"}}""";

        using var first = await RawRequest.PostAsync(
            http, endpoint.Url, "SendMessage", $$"""{"QueueUrl":"{{queue.Url}}","MessageBody":"a"}""");
        using var second = await RawRequest.PostAsync(
            http,
            endpoint.Url,
            "SendMessage",
            $$"""{"QueueUrl":"{{queue.Url}}","MessageBody":"b","MessageSystemAttributes":{{own}}}""");

        Assert.Equal("Root=1-header", (await queue.ReceiveWithAttributesAsync()).Attributes["AWSTraceHeader"]);
        Assert.Equal("Root=1-own", (await queue.ReceiveWithAttributesAsync()).Attributes["AWSTraceHeader"]);
    }

    private static MessageAttributeValue Text(string value) => new() { DataType = "String", StringValue = value };
}
