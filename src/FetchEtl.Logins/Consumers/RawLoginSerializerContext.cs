using MassTransit;
using MassTransit.Serialization;

namespace FetchEtl.Logins;

/// <summary>A login that was read already, whatever message types the producer named.</summary>
internal sealed class RawLoginSerializerContext(LoginMessage message, MessageContext context)
    : SystemTextJsonSerializerContext(
        SystemTextJsonMessageSerializer.Instance,
        SystemTextJsonMessageSerializer.Options,
        SystemTextJsonRawMessageSerializer.JsonContentType,
        context,
        [MessageUrn.ForTypeString<LoginMessage>()],
        message: message)
{
    public override IMessageSerializer GetMessageSerializer()
    {
        return new SystemTextJsonBodyMessageSerializer(Message, ContentType, Options, RawSerializerOptions.AnyMessageType);
    }
}
