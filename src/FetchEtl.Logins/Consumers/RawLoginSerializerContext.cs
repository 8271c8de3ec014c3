using MassTransit;
using MassTransit.Serialization;

namespace FetchEtl.Logins;

/// <summary>A login that was read already, whatever message types the producer named.</summary>
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

    /// <summary>Forwarding and redelivery send the body on as it came: the contract writes its personal fields as stars.</summary>
    public override IMessageSerializer GetMessageSerializer() => new CopyBodySerializer(ContentType, body);
}
