using System.Net.Mime;
using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;

namespace FetchEtl.Logins;

/// <summary>
/// Makes the contract straight from the body. MassTransit's own raw JSON deserializer is not used because it takes the
/// sent time from the message id's bits, which holds for its NewIds only; lets a producer's fault address through; and
/// passes on parser errors, which quote the body.
/// </summary>
internal sealed class RawLoginDeserializer : IMessageDeserializer
{
    public ContentType ContentType => SystemTextJsonRawMessageSerializer.JsonContentType;

    public ConsumeContext Deserialize(ReceiveContext receiveContext)
    {
        var message = Deserialize(receiveContext.Body, receiveContext.TransportHeaders, receiveContext.InputAddress);
        return new BodyConsumeContext(receiveContext, message);
    }

    public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress = null)
    {
        return new RawLoginSerializerContext(Read(body.GetBytes()), body, new RawLoginMessageContext(headers, destinationAddress));
    }

    public MessageBody GetMessageBody(string text) => new StringMessageBody(text);

    public void Probe(ProbeContext context)
    {
        context.CreateScope("raw-login").Add("contentType", ContentType.MediaType);
    }

    private static LoginMessage Read(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize<LoginMessage>(body)!;
        }
        catch (JsonException)
        {
            throw new InvalidLoginException([new(LoginFields.Body, "is not JSON, or nested deeper than 64 levels")]);
        }
    }
}
