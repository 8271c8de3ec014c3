using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace FetchEtl.Local.Tests;

/// <summary>The Query protocol as its clients had it: written from their side, independent of the server's.</summary>
internal static class QueryWire
{
    private static readonly string[] MapElements = ["Attribute", "MessageAttribute", "Tag"];

    public static IEnumerable<KeyValuePair<string, string>> Flatten(string operation, JsonObject request)
    {
        yield return new("Action", operation);
        yield return new("Version", "2012-11-05");
        foreach (var pair in Flatten(operation, "", request))
        {
            yield return pair;
        }
    }

    public static JsonObject ReadResult(string operation, string xml)
    {
        var root = XDocument.Parse(xml).Root!;
        Assert.Equal(operation + "Response", root.Name.LocalName);
        Assert.NotNull(root.Elements().Single(element => element.Name.LocalName == "ResponseMetadata"));
        return root.Elements().SingleOrDefault(element => element.Name.LocalName == operation + "Result") is { } result
            ? Read(result)
            : [];
    }

    public static SqsRefusedException ReadError(int status, string xml)
    {
        var error = XDocument.Parse(xml).Root!.Elements().First();
        string Text(string name) => error.Elements().Single(element => element.Name.LocalName == name).Value;
        return new(Text("Code"), status, Text("Message"));
    }

    private static IEnumerable<KeyValuePair<string, string>> Flatten(string operation, string prefix, JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => (member.Key, member.Value) switch
        {
            ("Entries", JsonArray entries) => List(operation, $"{prefix}{operation}RequestEntry", entries),
            (_, JsonArray items) => List(operation, prefix + member.Key[..^1], items),
            ("tags" or "Tags", JsonObject map) => Map(operation, prefix + "Tag", "Key", map),
            (_, JsonObject map) when member.Key.EndsWith('s') => Map(operation, prefix + member.Key[..^1], "Name", map),
            _ => Flatten(operation, prefix + member.Key + ".", member.Value),
        }),
        _ => [new(prefix.TrimEnd('.'), node!.ToString())],
    };

    private static IEnumerable<KeyValuePair<string, string>> List(string operation, string name, JsonArray items) =>
        items.SelectMany((item, i) => Flatten(operation, $"{name}.{i + 1}.", item));

    private static IEnumerable<KeyValuePair<string, string>> Map(string operation, string name, string key, JsonObject map) =>
        map.SelectMany((entry, i) => Flatten(operation, $"{name}.{i + 1}.Value.", entry.Value)
            .Prepend(new($"{name}.{i + 1}.{key}", entry.Key)));

    private static JsonObject Read(XElement parent)
    {
        var json = new JsonObject();
        foreach (var group in parent.Elements().GroupBy(element => element.Name.LocalName))
        {
            var (name, first) = (group.Key, group.First());
            if (name.EndsWith("ResultEntry", StringComparison.Ordinal) || name is "BatchResultErrorEntry" or "Message" or "QueueUrl"
                && (first.HasElements || parent.Name.LocalName.StartsWith("List", StringComparison.Ordinal)))
            {
                var list = name switch
                {
                    "BatchResultErrorEntry" => "Failed",
                    "ListMessageMoveTasksResultEntry" => "Results",
                    "QueueUrl" when parent.Name.LocalName == "ListDeadLetterSourceQueuesResult" => "queueUrls",
                    "Message" or "QueueUrl" => name + "s",
                    _ => "Successful",
                };
                json[list] = new JsonArray([.. group.Select(Value)]);
            }
            else if (MapElements.Contains(name))
            {
                json[name + "s"] = new JsonObject(group.Select(entry =>
                    KeyValuePair.Create(entry.Elements().First().Value, Value(entry.Elements().Last()))));
            }
            else
            {
                json[name] = Value(first);
            }
        }

        return json;
    }

    private static JsonNode? Value(XElement element) => element.HasElements ? Read(element) : JsonValue.Create(element.Value);
}
