using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace FetchEtl.Local.Tests;

public sealed class SqsBehaviourMessages(SqsEndpoint endpoint) : IClassFixture<SqsEndpoint>
{
    [Theory, EachProtocol]
    public async Task A_body_arrives_as_it_was_sent_with_the_right_digest(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await sqs.CreateQueueAsync();
        const string body = "{\"a\": \"ü€😀 <&>'+%\\\\ \"}\r\n\t\u2028 end";

        var sent = await queue.SendAsync(body);
        var received = await queue.ReceiveOneAsync();

        var md5 = Convert.ToHexStringLower(CryptographicOperations.HashData(HashAlgorithmName.MD5, Encoding.UTF8.GetBytes(body)));
        Assert.Equal(body, (string)received["Body"]!);
        Assert.Equal(md5, (string)sent["MD5OfMessageBody"]!);
        Assert.Equal(md5, (string)received["MD5OfBody"]!);
        Assert.Equal((string)sent["MessageId"]!, (string)received["MessageId"]!);
        Assert.Null(received["Attributes"]);
        Assert.Null(received["MessageAttributes"]);
    }

    /// <summary>Digests recorded from Amazon SQS.</summary>
    [Theory, EachProtocol]
    public async Task Attributes_are_given_by_name_or_prefix_with_the_digest_of_those_given(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await sqs.CreateQueueAsync(new() { ["VisibilityTimeout"] = "0" });
        var sent = await queue.SendAsync("msg", new()
        {
            ["MessageAttributes"] = new JsonObject { ["Help.Me"] = Text("Me"), ["Hello"] = Text("There"), ["General"] = Text("Kenobi") },
        });

        Assert.Equal("4c360f3fdafd970e05fae2f149d997f5", (string)sent["MD5OfMessageAttributes"]!);
        await AssertGiven(["All"], "General Hello Help.Me", "4c360f3fdafd970e05fae2f149d997f5");
        await AssertGiven([".*"], "General Hello Help.Me", "4c360f3fdafd970e05fae2f149d997f5");
        await AssertGiven(["Hello", "General"], "General Hello", "fca026605781cb4126a1e9044df24232");
        await AssertGiven(["Hello", "Foo"], "Hello", "a311262e065454b75da111d535b8dacd");
        await AssertGiven(["Hel.*"], "Hello Help.Me", "83fee93c1bcd8b9a5a923ffacdc636c7");
        await AssertGiven(["Foo"], "", null);

        async Task AssertGiven(string[] asked, string names, string? md5)
        {
            var message = await queue.ReceiveOneAsync(
                new() { ["MessageAttributeNames"] = new JsonArray([.. asked.Select(name => (JsonNode)name)]) });
            var given = (message["MessageAttributes"]?.AsObject() ?? []).Select(attribute => attribute.Key);
            Assert.Equal(names, string.Join(' ', given.Order(StringComparer.Ordinal)));
            Assert.Equal(md5, (string?)message["MD5OfMessageAttributes"]);
        }
    }

    [Theory, EachProtocol]
    public async Task A_binary_attribute_keeps_its_bytes(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await sqs.CreateQueueAsync();
        var bytes = Encoding.ASCII.GetBytes("traceparent\u001e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01");

        await queue.SendAsync("test", new()
        {
            ["MessageAttributes"] = new JsonObject
            {
                ["attr1"] = new JsonObject { ["DataType"] = "Binary", ["BinaryValue"] = Convert.ToBase64String(bytes) },
            },
        });
        var message = await queue.ReceiveOneAsync(new() { ["MessageAttributeNames"] = new JsonArray("attr1") });

        Assert.Equal(bytes, Convert.FromBase64String((string)message["MessageAttributes"]!["attr1"]!["BinaryValue"]!));
        Assert.Equal("8cbe4db156db8a94db8b801b7addb984", (string)message["MD5OfMessageAttributes"]!);
    }

    [Theory, EachProtocol]
    public async Task System_attributes_are_given_when_asked_for_under_either_name(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await sqs.CreateQueueAsync(new() { ["VisibilityTimeout"] = "0" });
        await queue.SendAsync("x", new()
        {
            ["MessageSystemAttributes"] = new JsonObject { ["AWSTraceHeader"] = Text("Root=1-5759e988-bd862e3fe1be46a994272793") },
        });

        var first = await queue.ReceiveOneAsync(new() { ["AttributeNames"] = new JsonArray("All") });
        var second = await queue.ReceiveOneAsync(new() { ["MessageSystemAttributeNames"] = new JsonArray("ApproximateReceiveCount") });

        Assert.Equal(
            ["AWSTraceHeader", "ApproximateFirstReceiveTimestamp", "ApproximateReceiveCount", "SenderId", "SentTimestamp"],
            first["Attributes"]!.AsObject().Select(attribute => attribute.Key).Order(StringComparer.Ordinal));
        Assert.Equal("1", (string)first["Attributes"]!["ApproximateReceiveCount"]!);
        Assert.Equal("2", (string)Assert.Single(second["Attributes"]!.AsObject()).Value!);
    }

    [Theory, EachProtocol]
    public async Task A_receive_takes_at_most_as_many_as_it_asked_for(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await sqs.CreateQueueAsync();
        for (var i = 0; i < 12; i++)
        {
            await queue.SendAsync($"{i}");
        }

        Assert.Single(await queue.ReceiveAsync(1));
        Assert.Equal(10, (await queue.ReceiveAsync(10)).Length);
        Assert.Single(await queue.ReceiveAsync(10));
        Assert.Empty(await queue.ReceiveAsync(10));
    }

    [Theory]
    [InlineData("MaxNumberOfMessages", 0)]
    [InlineData("MaxNumberOfMessages", 11)]
    [InlineData("WaitTimeSeconds", 21)]
    [InlineData("VisibilityTimeout", 43_201)]
    public async Task A_receive_with_a_parameter_out_of_range_is_refused(string parameter, int value)
    {
        using var sqs = endpoint.Client(WireProtocol.Json);
        var queue = await sqs.CreateQueueAsync();

        Assert.Equal("InvalidParameterValue", (await queue.RefusedAsync("ReceiveMessage", new() { [parameter] = value })).Code);
    }

    [Theory]
    [InlineData("\u0000")]
    [InlineData("\u000b")]
    [InlineData("\uffff")]
    public async Task A_body_with_a_character_that_SQS_does_not_allow_is_refused(string body)
    {
        using var sqs = endpoint.Client(WireProtocol.Json);
        var queue = await sqs.CreateQueueAsync();

        Assert.Equal("InvalidMessageContents", (await queue.RefusedAsync("SendMessage", new() { ["MessageBody"] = body })).Code);
    }

    [Theory, EachProtocol]
    public async Task A_message_of_one_MiB_is_taken_and_one_byte_more_is_refused(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await sqs.CreateQueueAsync();
        var attributes = new JsonObject { ["four"] = new JsonObject { ["DataType"] = "String", ["StringValue"] = "12" } };
        const int attributeBytes = 4 + 6 + 2;

        await queue.SendAsync(new('x', 1_048_576 - attributeBytes), new() { ["MessageAttributes"] = attributes.DeepClone() });
        var refused = await queue.RefusedAsync(
            "SendMessage",
            new() { ["MessageBody"] = new string('x', 1_048_577 - attributeBytes), ["MessageAttributes"] = attributes.DeepClone() });

        Assert.Equal("InvalidParameterValue", refused.Code);
        Assert.Single(await queue.ReceiveAsync());
    }

    [Theory, EachProtocol]
    public async Task Ten_attributes_are_taken_and_eleven_are_refused(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await sqs.CreateQueueAsync();
        static JsonObject Attributes(int n) => new(Enumerable.Range(0, n).Select(i => KeyValuePair.Create($"a{i}", (JsonNode?)Text("v"))));

        await queue.SendAsync("x", new() { ["MessageAttributes"] = Attributes(10) });
        var refused = await queue.RefusedAsync(
            "SendMessage", new() { ["MessageBody"] = "x", ["MessageAttributes"] = Attributes(11) });

        Assert.Equal("InvalidParameterValue", refused.Code);
    }

    [Theory]
    [InlineData("AWS.x", "String", "v")]
    [InlineData("a..b", "String", "v")]
    [InlineData("a b", "String", "v")]
    [InlineData("a", "Text", "v")]
    [InlineData("a", "String", "")]
    [InlineData("a", "Number", "one")]
    public async Task A_malformed_attribute_is_refused(string name, string type, string value)
    {
        using var sqs = endpoint.Client(WireProtocol.Json);
        var queue = await sqs.CreateQueueAsync();
        var attribute = new JsonObject { ["DataType"] = type, ["StringValue"] = value };

        var refused = await queue.RefusedAsync(
            "SendMessage", new() { ["MessageBody"] = "x", ["MessageAttributes"] = new JsonObject { [name] = attribute } });

        Assert.Equal("InvalidParameterValue", refused.Code);
    }

    [Theory, EachProtocol]
    public async Task A_missing_parameter_is_named(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await sqs.CreateQueueAsync();

        var refused = await queue.RefusedAsync("SendMessage");

        Assert.Equal("MissingParameter", refused.Code);
        Assert.Contains("MessageBody", refused.Text, StringComparison.Ordinal);
    }

    private static JsonObject Text(string value) => new() { ["DataType"] = "String", ["StringValue"] = value };
}
