using System.Text.Json;

namespace FetchEtl.Logins;

/// <summary>
/// MassTransit's envelope, <c>{"messageType":[…],"message":{…},…}</c>. Only the message in it is read. Its message id
/// and sent time do not count: anyone who writes a body could forge them, and two messages that claim one id would
/// become one row. A transport that carries them does so in its own headers.
/// </summary>
internal static class MessageEnvelope
{
    /// <summary>Reads the login in an envelope.</summary>
    /// <param name="body">A JSON object.</param>
    /// <returns>Null where the object is no envelope.</returns>
    public static LoginMessage? Open(byte[] body)
    {
        var reader = new Utf8JsonReader(body);
        reader.Read();
        LoginMessage? login = null;
        var hasType = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isMessage = Is(ref reader, "message"u8);
            var isType = Is(ref reader, "messageType"u8);
            reader.Read();
            if (isMessage && reader.TokenType == JsonTokenType.StartObject)
            {
                login = JsonSerializer.Deserialize<LoginMessage>(ref reader);
                continue;
            }

            hasType |= isType && reader.TokenType == JsonTokenType.StartArray;
            reader.Skip();
        }

        return hasType ? login : null;
    }

    /// <summary>An unknown key may even be invalid Unicode.</summary>
    private static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> key)
    {
        try
        {
            return reader.ValueTextEquals(key);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
