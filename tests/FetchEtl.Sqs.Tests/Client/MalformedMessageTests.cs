using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon.SQS.Model;
using FetchEtl.Testing;

namespace FetchEtl.Sqs.Tests;

/// <summary>
/// One malformed message in a reply of ten. The others are read, on every path and in both protocols.
/// </summary>
public sealed class MalformedMessageTests
{
    private const string Queue = "http://127.0.0.1/000000000000/q";

    /// <summary>What is wrong with the message, and whether the message is lost by it.</summary>
    private static readonly Dictionary<string, (Action<JsonObject> Break, bool IsRead)> Faults = new()
    {
        ["wrong MD5 of the body"] = (x => x["MD5OfBody"] = new string('0', 32), false),
        ["wrong MD5 of the attributes"] = (x =>
        {
            x["MessageAttributes"] = new JsonObject
            {
                ["a"] = new JsonObject { ["DataType"] = "String", ["StringValue"] = "v" },
            };
            x["MD5OfMessageAttributes"] = new string('0', 32);
        }, false),
        ["bad base64"] = (x => x["MessageAttributes"] = new JsonObject
        {
            ["a"] = new JsonObject { ["DataType"] = "Binary", ["BinaryValue"] = "canary-7f3a" },
        }, false),
        ["no body"] = (x => x.Remove("Body"), false),
        ["no handle"] = (x => x.Remove("ReceiptHandle"), true),
        ["sent time out of range"] = (x => x["Attributes"]!["SentTimestamp"] = "99999999999999999999", true),
        ["receive count not a number"] = (x => x["Attributes"]!["ApproximateReceiveCount"] = "many", true),
    };

    public static TheoryData<string, bool, SqsProtocol> Cases
    {
        get
        {
            var cases = new TheoryData<string, bool, SqsProtocol>();
            foreach (var fault in Faults.Keys)
            {
                cases.Add(fault, true, SqsProtocol.Json);
                cases.Add(fault, false, SqsProtocol.Json);
                cases.Add(fault, false, SqsProtocol.Query);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Its_nine_neighbours_are_read_with_one_call_and_only_its_id_is_logged(
        string fault, bool direct, SqsProtocol protocol)
    {
        var messages = Enumerable.Range(0, 10).Select(Create).ToList();
        Faults[fault].Break(messages[4]);
        await using var endpoint = await WireEndpoint.StartAsync(
            protocol == SqsProtocol.Json ? Json(messages) : Xml(messages));
        using var logs = new RecordedLogs();
        var options = TestClients.Options(endpoint.Url, protocol);
        options.DirectCalls = direct;
        using var client = TestClients.Create(options, logs);

        var reply = await client.ReceiveMessageAsync(new ReceiveMessageRequest(Queue) { MaxNumberOfMessages = 10 });

        var read = Enumerable.Range(0, 10).Where(i => i != 4 || Faults[fault].IsRead).Select(i => $"m-{i}");
        Assert.Equal(read, reply.Messages.Select(x => x.MessageId));
        Assert.All(reply.Messages, x => Assert.StartsWith("canary-7f3a", x.Body));
        Assert.Single(endpoint.Requests);
        Assert.Equal(Faults[fault].IsRead ? 0 : 1, (reply as PartialReceiveResponse)?.Malformed ?? 0);
        Assert.Equal(
            Faults[fault].IsRead ? 0 : 1,
            logs.Texts.Count(x => x.Contains("m-4", StringComparison.Ordinal)));
        Assert.DoesNotContain(logs.Texts, x => x.Contains("canary", StringComparison.Ordinal));
    }

    private static JsonObject Create(int i)
    {
        var body = $"canary-7f3a {i}";
        return new JsonObject
        {
            ["MessageId"] = $"m-{i}",
            ["ReceiptHandle"] = $"r-{i}",
            ["MD5OfBody"] = Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(body))),
            ["Body"] = body,
            ["Attributes"] = new JsonObject
            {
                ["SentTimestamp"] = "1764158400000", ["ApproximateReceiveCount"] = "1",
            },
        };
    }

    private static WireReply Json(List<JsonObject> messages) =>
        WireReply.Json(JsonSerializer.Serialize(new { Messages = messages }));

    private static WireReply Xml(List<JsonObject> messages)
    {
        var xml = new StringBuilder("<ReceiveMessageResponse><ReceiveMessageResult>");
        foreach (var message in messages)
        {
            xml.Append("<Message>");
            foreach (var (name, value) in message)
            {
                xml.Append(value is JsonObject map ? Map(name, map) : $"<{name}>{value}</{name}>");
            }

            xml.Append("</Message>");
        }

        return WireReply.Xml(xml.Append("</ReceiveMessageResult></ReceiveMessageResponse>").ToString());
    }

    private static string Map(string name, JsonObject map) => string.Concat(map.Select(entry =>
    {
        var value = entry.Value is JsonObject attribute
            ? string.Concat(attribute.Select(x => $"<{x.Key}>{x.Value}</{x.Key}>"))
            : entry.Value!.ToString();
        return $"<{name[..^1]}><Name>{entry.Key}</Name><Value>{value}</Value></{name[..^1]}>";
    }));
}
