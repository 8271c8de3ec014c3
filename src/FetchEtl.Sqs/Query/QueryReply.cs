using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Linq;

namespace FetchEtl.Sqs;

/// <summary>A reply of the Query protocol. Emulators disagree on its namespace, so only local names count.</summary>
internal sealed class QueryReply
{
    /// <summary>Bytes: ten messages of 1 MiB, in which XML writes a character with up to six.</summary>
    private const int LargestReply = 64 * 1024 * 1024;

    private readonly XElement _root;
    private readonly XElement? _error;

    private QueryReply(XElement root)
    {
        _root = root;
        _error = root.Name.LocalName is "ErrorResponse" or "Response"
            ? root.Descendants().FirstOrDefault(element => element.Name.LocalName == "Error")
            : null;
    }

    /// <summary>Whether the operation succeeded, as in <c>ReceiveMessageResponse</c>.</summary>
    public bool IsResult => _root.Name.LocalName is { Length: > 8 } name
        && name.EndsWith("Response", StringComparison.Ordinal) && name != "ErrorResponse";

    /// <summary>The error's code in <c>ErrorResponse</c> or the older <c>Response</c>; null for no error.</summary>
    public string? ErrorCode => Text(_error, "Code") is { Length: > 0 } code ? code : null;

    /// <summary>Reads a reply; null where the content is not XML, or no XML that SQS sends.</summary>
    public static QueryReply? Read(byte[] content)
    {
        if (content.Length > LargestReply)
        {
            return null;
        }

        try
        {
            // Unlike other readers, this one keeps carriage returns, which some endpoints do not escape: the MD5 of a
            // body counts them.
            using var reader = new BoundedReader(content)
            {
                Normalization = false,
                DtdProcessing = DtdProcessing.Prohibit,
                XmlResolver = null,
            };
            return new QueryReply(XElement.Load(reader, LoadOptions.PreserveWhitespace));
        }
        catch (XmlException)
        {
            return null;
        }
    }

    /// <summary>Turns a result or an error into that of the JSON protocol.</summary>
    public void Translate(HttpResponseMessage response, string operation)
    {
        if (response.IsSuccessStatusCode && IsResult)
        {
            // Where an emulator leaves an empty result out, the reply holds none of its members.
            var json = Members(operation, Child(_root, operation + "Result")?.Elements() ?? []);
            response.Content = JsonReplies.Create(JsonSerializer.SerializeToUtf8Bytes(json));
        }
        else if (!response.IsSuccessStatusCode && ErrorCode is { } code)
        {
            // As from AWS: the JSON name chooses the SDK's exception, and this header gives its error code.
            response.Headers.TryAddWithoutValidation("x-amzn-query-error", $"{code};{Text(_error, "Type")}");
            response.Content = JsonReplies.CreateError(
                SqsErrors.Normalize(code), Text(_error, "Message") ?? $"status {(int)response.StatusCode}");
        }

        var source = Child(_root, "ResponseMetadata") ?? _root;
        if (!response.Headers.Contains("x-amzn-RequestId"))
        {
            response.Headers.TryAddWithoutValidation(
                "x-amzn-RequestId", Text(source, "RequestId") ?? Text(source, "RequestID"));
        }
    }

    private static JsonObject Members(string operation, IEnumerable<XElement> elements)
    {
        var json = new JsonObject();
        foreach (var group in elements.GroupBy(element => element.Name.LocalName))
        {
            if (QuerySchema.ListMember(operation, group.Key) is { } list)
            {
                json[list] = new JsonArray([.. group.Select(item => Value(operation, item))]);
            }
            else if (QuerySchema.MapMember(group.Key) is var (map, key))
            {
                json[map] = new JsonObject(group.DistinctBy(entry => Text(entry, key)).Select(entry =>
                    KeyValuePair.Create(Text(entry, key) ?? string.Empty, Value(operation, Child(entry, "Value")))));
            }
            else
            {
                json[group.Key] = Value(operation, group.First());
            }
        }

        return json;
    }

    private static JsonNode? Value(string operation, XElement? element) => element switch
    {
        null => null,
        { HasElements: true } => Members(operation, element.Elements()),
        { Name.LocalName: "SenderFault" } => element.Value == "true",
        _ when QuerySchema.IsNumber(element.Name.LocalName) && long.TryParse(element.Value, out var number) => number,
        _ => element.Value,
    };

    private static string? Text(XElement? parent, string name) => parent is null ? null : Child(parent, name)?.Value;

    private static XElement? Child(XElement parent, string name) =>
        parent.Elements().FirstOrDefault(element => element.Name.LocalName == name);

    /// <summary>
    /// Reads XML as far as SQS sends it. Deeper, wider or attributed XML is rejected before its elements are held,
    /// because the translation recurses into elements and compares their names.
    /// </summary>
    private sealed class BoundedReader(byte[] content) : XmlTextReader(new MemoryStream(content))
    {
        /// <summary>SQS nests seven: the value of a binary list in an attribute of a received message.</summary>
        private const int DeepestElement = 16;

        /// <summary>Ten messages with all attributes have less than a thousand, a page of queues as many.</summary>
        private const int MostElements = 20_000;

        /// <summary>SQS sends one: the namespace.</summary>
        private const int MostAttributes = 16;

        private int _elements;

        public override bool Read()
        {
            var read = base.Read();
            return NodeType == XmlNodeType.Element
                && (Depth > DeepestElement || ++_elements > MostElements || AttributeCount > MostAttributes)
                    ? throw new XmlException("The reply has more elements or attributes than SQS sends.")
                    : read;
        }
    }
}
