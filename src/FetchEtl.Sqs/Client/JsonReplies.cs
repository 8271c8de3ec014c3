using System.Net.Http.Headers;
using System.Text.Json;

namespace FetchEtl.Sqs;

/// <summary>Replies of the JSON protocol, as far as they are read or written outside the SDK.</summary>
internal static class JsonReplies
{
    private static readonly MediaTypeHeaderValue ContentType = new("application/x-amz-json-1.0");

    /// <summary>
    /// Whether the content begins like a JSON object, or is empty: some emulators send nothing where the operation has no
    /// result. The stream is at its start afterwards.
    /// </summary>
    public static bool LooksLikeResult(Stream content)
    {
        int first;
        do
        {
            first = content.ReadByte();
        }
        while (first is ' ' or '\t' or '\r' or '\n');

        content.Position = 0;
        return first is '{' or -1;
    }

    /// <summary>The error's code and text; null where the content is no error of the protocol. The stream is at its start afterwards.</summary>
    public static (string Code, string? Message)? ReadError(Stream content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && Text(root, "__type") is { Length: > 0 } code
                ? (SqsErrors.Normalize(code), Text(root, "message") ?? Text(root, "Message"))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
        finally
        {
            content.Position = 0;
        }
    }

    /// <summary>An error in the form that the SDK turns into the exception of the code.</summary>
    public static HttpContent CreateError(string code, string message)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["__type"] = code, ["message"] = message });
        return Create(json);
    }

    public static ByteArrayContent Create(byte[] json)
    {
        var content = new ByteArrayContent(json);
        content.Headers.ContentType = ContentType;
        return content;
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
