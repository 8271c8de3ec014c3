using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon.SQS.Internal;
using Amazon.SQS.Model;
using FsCheck;
using FsCheck.Fluent;

namespace FetchEtl.Sqs.Tests;

/// <summary>Random replies of the service: ordinary ones, and some that no service should send.</summary>
internal static class ReplyGenerators
{
    private static readonly JsonSerializerOptions Raw = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    // A body from FsCheck may hold lone surrogates, which JSON cannot carry.
    private static readonly Gen<string> Texts = ArbMap.Default.GeneratorFor<string>()
        .Select(text => text ?? "{\"a\":\"ü\\\\ \\\" \ud83d\ude00 <&'+>\"}")
        .Select(text => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)));

    /// <summary>Receive replies that the SDK reads without an error.</summary>
    public static Gen<string> OrdinaryReceives() =>
        from messages in Messages().ListOf().OrNull()
        from unknown in Unknown()
        from order in Gen.Choose(0, 1)
        from reply in Written(Shuffled([("Messages", List(messages)), ("Unknown", unknown)], order))
        select reply;

    /// <summary>Delete replies that the SDK reads without an error.</summary>
    public static Gen<string> OrdinaryDeletes()
    {
        var successes = Texts.OrNull().Select(id => (JsonNode?)new JsonObject { ["Id"] = id });
        var failures = from id in Texts.OrNull()
                       from code in Texts.OrNull()
                       from message in Texts.OrNull()
                       from fault in Gen.Elements<bool?>(null, true, false)
                       from order in Gen.Choose(0, 3)
                       select (JsonNode?)Shuffled(
                           [("Id", id), ("Code", code), ("Message", message), ("SenderFault", fault)], order);
        return from successful in successes.ListOf().OrNull()
               from failed in failures.ListOf().OrNull()
               from unknown in Unknown()
               from order in Gen.Choose(0, 2)
               from reply in Written(
                   Shuffled([("Successful", List(successful)), ("Failed", List(failed)), ("Unknown", unknown)], order))
               select reply;
    }

    /// <summary>
    /// Replies whose scalar values have other types, that are truncated, or that are not JSON. A list is always a list:
    /// the SDK's unmarshaller loops for ever on another value in its place.
    /// </summary>
    public static Gen<string> Strange(Gen<string> ordinary) => Gen.OneOf(
        from reply in ordinary
        from length in Gen.Choose(0, reply.Length)
        select reply[..length],
        from reply in ordinary
        from change in Gen.Elements(
            ("\"Body\":", "\"Body\":7,\"Was\":"),
            ("\"Body\":", "\"Body\":{},\"Was\":"),
            ("\"MessageId\":", "\"MessageId\":true,\"Was\":"),
            ("\"ReceiptHandle\":", "\"ReceiptHandle\":null,\"Was\":"),
            ("\"BinaryValue\":\"", "\"BinaryValue\":\"***"),
            ("\"Id\":", "\"Id\":1.50,\"Was\":"),
            ("\"SenderFault\":", "\"SenderFault\":\"true\",\"Was\":"),
            ("}", "},"),
            (",", ",,"),
            ("\"", "'"))
        select reply.Replace(change.Item1, change.Item2, StringComparison.Ordinal),
        Gen.Elements(
            "",
            "null",
            "[]",
            "<html/>",
            "\ufeff{}",
            "{}{}",
            """{"Messages":[null]}""",
            """{"Messages":[{"Body":"x"}]}""",
            """{"Messages":[{"Body":7,"MD5OfBody":"8f14e45fceea167a5a36dedd4bea2543"}]}""",
            """{"Messages":[{"Body":"x","MD5OfBody":"00000000000000000000000000000000"}]}""",
            """{"Messages":[{"Attributes":{"a":"1","a":"2"}}]}""",
            """{"Messages":[],"Messages":null}""",
            """{"Failed":[{"SenderFault":"true"}]}""",
            """{"Failed":[{"SenderFault":"maybe"}]}"""));

    private static Gen<JsonNode?> Messages() =>
        from body in Texts
        from id in Texts.OrNull()
        from handle in Texts.OrNull()
        from attributes in Texts.OrNull().ListOf().OrNull()
        from values in AttributeValues().ListOf()
        from unknown in Unknown()
        from order in Gen.Choose(0, 7)
        select (JsonNode?)Message(body, id, handle, attributes, values, unknown, order);

    private static Gen<MessageAttributeValue> AttributeValues() => Gen.OneOf(
        Texts.Select(text => new MessageAttributeValue { DataType = "String", StringValue = text }),
        ArbMap.Default.GeneratorFor<byte[]>().Select(
            bytes => new MessageAttributeValue { DataType = "Binary", BinaryValue = new MemoryStream(bytes ?? []) }));

    private static JsonObject Message(
        string body,
        string? id,
        string? handle,
        IEnumerable<string?>? attributes,
        IEnumerable<MessageAttributeValue> values,
        JsonNode? unknown,
        int order)
    {
        var named = values.Select((value, index) => KeyValuePair.Create($"ü{index}", value)).ToDictionary();
        return Shuffled(
            [
                ("Body", body),
                ("MD5OfBody", ValidationResponseHandler.CalculateMD5(body)),
                ("MessageId", id),
                ("ReceiptHandle", handle),
                ("Attributes", Map(attributes?.Select(text => (JsonNode?)text))),
                ("MessageAttributes", Map(named.Values.Select(ToNode), named.Keys)),
                ("MD5OfMessageAttributes", ValidationResponseHandler.CalculateMD5(named)),
                ("Unknown", unknown),
            ],
            order);
    }

    private static JsonNode? ToNode(MessageAttributeValue value) => value.BinaryValue is { } binary
        ? new JsonObject { ["DataType"] = value.DataType, ["BinaryValue"] = Convert.ToBase64String(binary.ToArray()) }
        : new JsonObject
        {
            ["StringListValues"] = new JsonArray(),
            ["StringValue"] = value.StringValue,
            ["DataType"] = value.DataType,
        };

    private static Gen<JsonNode?> Unknown() => Gen.Elements<string?>(
        null,
        "7",
        "\"Messages\"",
        """{"Messages":[{"Body":"inner"}],"Failed":[[{}]]}""",
        """[{"Body":null},[true,1e9]]""")
        .Select(text => text is null ? null : JsonNode.Parse(text));

    private static JsonArray? List(IEnumerable<JsonNode?>? items) => items is null ? null : [.. items];

    private static JsonObject? Map(IEnumerable<JsonNode?>? values, IEnumerable<string>? names = null)
    {
        names ??= Enumerable.Range(0, int.MaxValue).Select(i => $"{i}");
        return values is null ? null : new JsonObject(names.Zip(values, KeyValuePair.Create));
    }

    /// <summary>
    /// The members in another order. A third of the members without a value is left out, the others are null.
    /// </summary>
    private static JsonObject Shuffled((string Name, JsonNode? Value)[] members, int rotation) => new(members
        .Where((member, index) => member.Value is not null || (index + rotation) % 3 != 0)
        .Select((member, index) => (member, Key: (index + rotation) % members.Length))
        .OrderBy(x => x.Key)
        .Select(x => KeyValuePair.Create(x.member.Name, x.member.Value)));

    /// <summary>The same JSON in ASCII with escapes, in UTF-8, and indented.</summary>
    private static Gen<string> Written(JsonNode reply) => Gen.Elements(
        reply.ToJsonString(), reply.ToJsonString(Raw), reply.ToJsonString(Indented));
}
