using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FetchEtl.Sqs;

/// <summary>Replies of the JSON protocol outside the SDK. Streams are left at their start.</summary>
internal static class JsonReplies
{
    /// <summary>
    /// Whether the content begins like a JSON object, or is empty: where an operation has no result, some emulators
    /// send nothing.
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

    /// <summary>The code of an error, normalized; null where the content is no error of the protocol.</summary>
    public static string? ReadErrorCode(Stream content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("__type", out var type)
                && type.ValueKind == JsonValueKind.String
                && type.GetString() is { Length: > 0 } code
                ? SqsErrors.Normalize(code)
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
    public static HttpContent CreateError(string code, string message) =>
        Create(JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["__type"] = code, ["message"] = message }));

    public static HttpContent Create(byte[] json) => new ByteArrayContent(json)
    {
        Headers = { ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.0") },
    };
}
