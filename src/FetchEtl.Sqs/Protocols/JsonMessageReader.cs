using System.Buffers.Text;
using System.Text.Json;

namespace FetchEtl.Sqs;

/// <summary>
/// Reads the reply of ReceiveMessage, straight from its bytes into messages: a body is unescaped once, into the array that
/// the message keeps, and is never a string.
/// </summary>
internal static class JsonMessageReader
{
    /// <exception cref="FormatException">The content is not a reply of ReceiveMessage.</exception>
    public static IReadOnlyList<SqsMessage> Read(ReadOnlySpan<byte> content)
    {
        try
        {
            var reader = new Utf8JsonReader(content);
            reader.Read();
            Expect(reader.TokenType, JsonTokenType.StartObject);
            IReadOnlyList<SqsMessage> messages = [];
            while (NextProperty(ref reader))
            {
                if (reader.ValueTextEquals("Messages"u8))
                {
                    messages = ReadList(ref reader);
                }
                else
                {
                    reader.Skip();
                }
            }

            return messages;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The exception may quote what it could not read.
            throw new FormatException("The reply is not the JSON of received messages.");
        }
    }

    private static List<SqsMessage> ReadList(ref Utf8JsonReader reader)
    {
        var messages = new List<SqsMessage>(SqsClient.MaxBatchSize);
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return messages;
        }

        Expect(reader.TokenType, JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            messages.Add(ReadMessage(ref reader));
        }

        return messages;
    }

    private static SqsMessage ReadMessage(ref Utf8JsonReader reader)
    {
        Expect(reader.TokenType, JsonTokenType.StartObject);
        var fields = default(MessageFields);
        while (NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("Body"u8))
            {
                fields.Body = ReadBody(ref reader);
            }
            else if (reader.ValueTextEquals("ReceiptHandle"u8))
            {
                fields.ReceiptHandle = ReadString(ref reader);
            }
            else if (reader.ValueTextEquals("MessageId"u8))
            {
                fields.MessageId = ReadString(ref reader);
            }
            else if (reader.ValueTextEquals("Attributes"u8))
            {
                ReadSystemAttributes(ref reader, ref fields);
            }
            else if (reader.ValueTextEquals("MessageAttributes"u8))
            {
                fields.Attributes = ReadMessageAttributes(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return fields.ToMessage();
    }

    private static ReadOnlyMemory<byte> ReadBody(ref Utf8JsonReader reader)
    {
        reader.Read();
        Expect(reader.TokenType, JsonTokenType.String);

        // Text never grows when it is unescaped.
        var body = GC.AllocateUninitializedArray<byte>(reader.ValueSpan.Length);
        return body.AsMemory(0, reader.CopyString(body));
    }

    private static void ReadSystemAttributes(ref Utf8JsonReader reader, ref MessageFields fields)
    {
        if (!EnterObject(ref reader))
        {
            return;
        }

        while (NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("SentTimestamp"u8))
            {
                fields.SentTimestamp = ReadNumber(ref reader);
            }
            else if (reader.ValueTextEquals("ApproximateReceiveCount"u8))
            {
                fields.ReceiveCount = (int)ReadNumber(ref reader);
            }
            else if (reader.ValueTextEquals("MessageGroupId"u8))
            {
                fields.GroupId = ReadString(ref reader);
            }
            else if (reader.ValueTextEquals("MessageDeduplicationId"u8))
            {
                fields.DeduplicationId = ReadString(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static Dictionary<string, SqsMessageAttribute>? ReadMessageAttributes(ref Utf8JsonReader reader)
    {
        if (!EnterObject(ref reader))
        {
            return null;
        }

        Dictionary<string, SqsMessageAttribute>? attributes = null;
        while (NextProperty(ref reader))
        {
            var name = reader.GetString()!;
            attributes ??= new Dictionary<string, SqsMessageAttribute>(StringComparer.Ordinal);
            attributes[name] = ReadMessageAttribute(ref reader);
        }

        return attributes;
    }

    private static SqsMessageAttribute ReadMessageAttribute(ref Utf8JsonReader reader)
    {
        reader.Read();
        Expect(reader.TokenType, JsonTokenType.StartObject);
        var type = "String";
        string? text = null;
        byte[]? binary = null;
        while (NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("DataType"u8))
            {
                type = ReadString(ref reader) ?? type;
            }
            else if (reader.ValueTextEquals("StringValue"u8))
            {
                text = ReadString(ref reader);
            }
            else if (reader.ValueTextEquals("BinaryValue"u8))
            {
                reader.Read();
                binary = reader.TokenType == JsonTokenType.Null ? null : reader.GetBytesFromBase64();
            }
            else
            {
                reader.Skip();
            }
        }

        return new SqsMessageAttribute(type, text, binary is null ? null : (ReadOnlyMemory<byte>?)binary);
    }

    /// <summary>Moves to the next property's name; false at the object's end.</summary>
    private static bool NextProperty(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    /// <summary>Moves into an object; false when there is null in its place.</summary>
    private static bool EnterObject(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return false;
        }

        Expect(reader.TokenType, JsonTokenType.StartObject);
        return true;
    }

    private static string? ReadString(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetString();
    }

    /// <summary>Reads a number that travels as a string.</summary>
    private static long ReadNumber(ref Utf8JsonReader reader)
    {
        reader.Read();
        Expect(reader.TokenType, JsonTokenType.String);
        return Utf8Parser.TryParse(reader.ValueSpan, out long number, out var length) && length == reader.ValueSpan.Length
            ? number
            : throw new JsonException();
    }

    private static void Expect(JsonTokenType actual, JsonTokenType expected)
    {
        if (actual != expected)
        {
            throw new JsonException();
        }
    }
}
