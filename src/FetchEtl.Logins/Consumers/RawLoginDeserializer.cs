using System.Net.Mime;
using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;

namespace FetchEtl.Logins;

/// <summary>
/// Reads the contract directly from the body, or from the envelope that a MassTransit producer puts around it.
/// MassTransit's own deserializers do not fit: the raw one reads the sent time from the bits of the message id, which
/// is right for its NewIds only; both accept the fault address of a producer, and pass on parser errors, which quote
/// the body.
/// </summary>
internal sealed class RawLoginDeserializer(TimeProvider time) : IMessageDeserializer
{
    public ContentType ContentType => SystemTextJsonRawMessageSerializer.JsonContentType;

    public ConsumeContext Deserialize(ReceiveContext receiveContext)
    {
        var message = Deserialize(receiveContext.Body, receiveContext.TransportHeaders, receiveContext.InputAddress);
        return new BodyConsumeContext(receiveContext, message);
    }

    public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress = null)
    {
        var context = new RawLoginMessageContext(headers, destinationAddress, time);
        return new RawLoginSerializerContext(Read(body.GetBytes()), body, context);
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
            var login = JsonSerializer.Deserialize<LoginMessage>(body)!;
            return login.HasNoKeys ? MessageEnvelope.Open(body) ?? login : login;
        }
        catch (JsonException)
        {
            throw new InvalidLoginException(
                [new(LoginFields.Body, "is not JSON, or nested deeper than 64 levels", BrokenRule.NotJson)]);
        }
    }
}
