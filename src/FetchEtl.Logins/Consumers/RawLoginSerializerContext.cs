using MassTransit;
using MassTransit.Serialization;

namespace FetchEtl.Logins;

/// <summary>A deserialized login, whatever message types the producer named.</summary>
internal sealed class RawLoginSerializerContext(LoginMessage message, MessageBody body, MessageContext context)
    : SystemTextJsonSerializerContext(
        SystemTextJsonMessageSerializer.Instance,
        SystemTextJsonMessageSerializer.Options,
        SystemTextJsonRawMessageSerializer.JsonContentType,
        context,
        MessageTypes,
        message: message)
{
    private static readonly string[] MessageTypes = [MessageUrn.ForTypeString<LoginMessage>()];

    /// <summary>
    /// Forwarding and redelivery send the received body: the contract would write its personal fields as ***.
    /// </summary>
    public override IMessageSerializer GetMessageSerializer() => new CopyBodySerializer(ContentType, body);
}
