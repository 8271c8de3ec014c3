using MassTransit;
using MassTransit.Serialization;

namespace FetchEtl.Logins.Tests;

internal static class RawJson
{
    /// <summary>Sends a body byte for byte, as a producer without MassTransit does.</summary>
    public static Task SendRawAsync(this ISendEndpoint endpoint, string json, Action<SendContext>? configure = null)
    {
        return endpoint.Send(
            new LoginMessage(),
            context =>
            {
                context.Serializer = new CopyBodySerializer(
                    SystemTextJsonRawMessageSerializer.JsonContentType,
                    new StringMessageBody(json));
                configure?.Invoke(context);
            });
    }
}
