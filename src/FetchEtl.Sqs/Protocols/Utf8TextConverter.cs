using System.Text.Json;
using System.Text.Json.Serialization;

namespace FetchEtl.Sqs;

/// <summary>Writes UTF-8 bytes as the JSON string they are.</summary>
internal sealed class Utf8TextConverter : JsonConverter<ReadOnlyMemory<byte>>
{
    public override ReadOnlyMemory<byte> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Bodies are only written.");

    public override void Write(Utf8JsonWriter writer, ReadOnlyMemory<byte> value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Span);
}
