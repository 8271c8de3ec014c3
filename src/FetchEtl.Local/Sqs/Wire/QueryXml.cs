using System.Text.Json;
using System.Xml;

namespace FetchEtl.Local;

/// <summary>Writes a JSON output as the XML of Query.</summary>
internal static class QueryXml
{
    public static void WriteMembers(XmlWriter xml, string operation, JsonElement json)
    {
        foreach (var member in json.EnumerateObject())
        {
            switch (member.Value.ValueKind)
            {
                case JsonValueKind.Array:
                    var element = QueryNames.ListElement(operation, member.Name);
                    foreach (var item in member.Value.EnumerateArray())
                    {
                        WriteElement(xml, operation, element, item);
                    }

                    break;
                case JsonValueKind.Object:
                    WriteMap(xml, operation, member);
                    break;
                default:
                    WriteElement(xml, operation, member.Name, member.Value);
                    break;
            }
        }
    }

    private static void WriteMap(XmlWriter xml, string operation, JsonProperty map)
    {
        var (element, key) = QueryNames.MapElement(map.Name);
        foreach (var entry in map.Value.EnumerateObject())
        {
            xml.WriteStartElement(element);
            xml.WriteElementString(key, entry.Name);
            WriteElement(xml, operation, "Value", entry.Value);
            xml.WriteEndElement();
        }
    }

    private static void WriteElement(XmlWriter xml, string operation, string element, JsonElement value)
    {
        xml.WriteStartElement(element);
        if (value.ValueKind == JsonValueKind.Object)
        {
            WriteMembers(xml, operation, value);
        }
        else
        {
            xml.WriteString(value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText());
        }

        xml.WriteEndElement();
    }
}
