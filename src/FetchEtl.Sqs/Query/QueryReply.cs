using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;

namespace FetchEtl.Sqs;

/// <summary>A reply of the Query protocol. Names are compared without their namespace, which emulators spell as they like.</summary>
internal sealed class QueryReply
{
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly XElement _root;

    private QueryReply(XElement root) => _root = root;

    /// <summary>Whether this is the reply of an operation that succeeded: <c>ReceiveMessageResponse</c> and so on.</summary>
    public bool IsResult => _root.Name.LocalName is { Length: > 8 } name
        && name.EndsWith("Response", StringComparison.Ordinal) && name != "ErrorResponse";

    /// <summary>The code of the error in <c>ErrorResponse</c>, or in the older <c>Response</c> with its <c>Errors</c>; null where there is none.</summary>
    public string? ErrorCode => Error is { } error && Text(error, "Code") is { Length: > 0 } code ? code : null;

    private XElement? Error => _root.Name.LocalName is "ErrorResponse" or "Response"
        ? _root.Descendants().FirstOrDefault(element => element.Name.LocalName == "Error")
        : null;

    /// <summary>Reads a reply; null where the content is not XML.</summary>
    public static QueryReply? Read(byte[] content)
    {
        try
        {
            // Unlike other readers, this one keeps carriage returns, which some endpoints do not escape: the MD5 of a body
            // counts them. It also accepts the control characters that SQS allows in bodies.
            using var reader = new XmlTextReader(new MemoryStream(content))
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

    /// <summary>Turns the response into that of the JSON protocol; a reply that is neither result nor error stays as it is.</summary>
    public void Translate(HttpResponseMessage response, string operation)
    {
        if (response.IsSuccessStatusCode && IsResult)
        {
            response.Content = JsonReplies.Create(ToJson(operation));
        }
        else if (!response.IsSuccessStatusCode && ErrorCode is { } code)
        {
            // The SDK chooses the exception by the JSON name and reports the Query code of this header, as with AWS itself.
            response.Headers.TryAddWithoutValidation("x-amzn-query-error", $"{code};{Text(Error!, "Type")}");
            response.Content = JsonReplies.CreateError(SqsErrors.Normalize(code), Text(Error!, "Message") ?? $"status {(int)response.StatusCode}");
        }

        var source = Child(_root, "ResponseMetadata") ?? _root;
        if (!response.Headers.Contains("x-amzn-RequestId") && (Text(source, "RequestId") ?? Text(source, "RequestID")) is { } id)
        {
            response.Headers.TryAddWithoutValidation("x-amzn-RequestId", id);
        }
    }

    private byte[] ToJson(string operation)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, JsonOptions))
        {
            // Where an emulator leaves an empty result out, the reply itself holds none of its members.
            var result = _root.Elements().FirstOrDefault(element => element.Name.LocalName == operation + "Result");
            WriteObject(json, operation, result?.Elements() ?? []);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteObject(Utf8JsonWriter json, string operation, IEnumerable<XElement> members)
    {
        json.WriteStartObject();
        foreach (var group in members.GroupBy(element => element.Name.LocalName))
        {
            if (QuerySchema.ListMember(operation, group.Key) is { } list)
            {
                json.WriteStartArray(list);
                foreach (var item in group)
                {
                    WriteValue(json, operation, item);
                }

                json.WriteEndArray();
            }
            else if (QuerySchema.MapMember(group.Key) is var (map, key))
            {
                json.WriteStartObject(map);
                foreach (var entry in group)
                {
                    json.WritePropertyName(Text(entry, key) ?? string.Empty);
                    WriteValue(json, operation, Child(entry, "Value") ?? new XElement("Value"));
                }

                json.WriteEndObject();
            }
            else
            {
                json.WritePropertyName(group.Key);
                WriteValue(json, operation, group.First());
            }
        }

        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, string operation, XElement element)
    {
        if (element.HasElements)
        {
            WriteObject(json, operation, element.Elements());
        }
        else if (QuerySchema.IsLiteral(element.Name.LocalName))
        {
            // A text that is no number and no truth value ends as a string, which the SDK rejects.
            var isLiteral = long.TryParse(element.Value, out _) || element.Value is "true" or "false";
            json.WriteRawValue(isLiteral ? element.Value : JsonSerializer.Serialize(element.Value));
        }
        else
        {
            json.WriteStringValue(element.Value);
        }
    }

    private static string? Text(XElement parent, string name) => Child(parent, name)?.Value;

    private static XElement? Child(XElement parent, string name) =>
        parent.Elements().FirstOrDefault(element => element.Name.LocalName == name);
}
