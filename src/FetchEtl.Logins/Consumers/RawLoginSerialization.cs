using System.Net.Mime;
using MassTransit;
using MassTransit.Serialization;

namespace FetchEtl.Logins;

/// <summary>Reads every body as a login. What the endpoint sends, which is rare, is MassTransit's raw JSON.</summary>
internal sealed class RawLoginSerialization(TimeProvider time) : ISerializerFactory
{
    public ContentType ContentType => SystemTextJsonRawMessageSerializer.JsonContentType;

    public IMessageSerializer CreateSerializer() => new SystemTextJsonRawMessageSerializer();

    public IMessageDeserializer CreateDeserializer() => new RawLoginDeserializer(time);
}
