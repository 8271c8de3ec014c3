using System.Net.Mime;
using MassTransit;
using MassTransit.Serialization;

namespace FetchEtl.Logins;

/// <summary>Reads every body as a login; sends, which a login endpoint hardly does, as MassTransit's raw JSON.</summary>
internal sealed class RawLoginSerialization : ISerializerFactory
{
    public ContentType ContentType => SystemTextJsonRawMessageSerializer.JsonContentType;

    public IMessageSerializer CreateSerializer() => new SystemTextJsonRawMessageSerializer();

    public IMessageDeserializer CreateDeserializer() => new RawLoginDeserializer();
}
