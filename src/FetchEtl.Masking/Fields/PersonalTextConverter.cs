using System.Text.Json;
using System.Text.Json.Serialization;

namespace FetchEtl.Masking;

/// <summary>Reads a personal text from a JSON string and writes <c>***</c>.</summary>
internal sealed class PersonalTextConverter : JsonConverter<PersonalText>
{
    public override PersonalText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        return reader.TokenType == JsonTokenType.String
            ? new PersonalText(reader.GetString()!)
            : throw new JsonException("A personal text must be a JSON string.");
    }

    public override void Write(Utf8JsonWriter writer, PersonalText value, JsonSerializerOptions options)
    {
        writer.WriteStringValue(PersonalText.Redacted);
    }
}
