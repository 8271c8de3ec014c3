using System.Buffers;
using System.Text.Json;

namespace FetchEtl.Local;

/// <summary>The queue that a request is about.</summary>
internal static class RequestedQueue
{
    /// <summary>By <c>QueueUrl</c> or <c>QueueName</c>; null where there is neither, or no JSON.</summary>
    public static string? NameOf(ReadOnlySequence<byte> request)
    {
        try
        {
            var reader = new Utf8JsonReader(request);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isName = reader.ValueTextEquals("QueueUrl"u8) || reader.ValueTextEquals("QueueName"u8);
                reader.Read();
                if (isName && reader.TokenType == JsonTokenType.String)
                {
                    var text = reader.GetString()!;
                    return text[(text.LastIndexOf('/') + 1)..];
                }

                reader.Skip();
            }
        }
        catch (JsonException)
        {
            // The operation will say so.
        }

        return null;
    }
}
