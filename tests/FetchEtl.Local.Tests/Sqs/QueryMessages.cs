using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace FetchEtl.Local.Tests;

/// <summary>
/// The messages of Query, as its clients wrote and read them. Written from the client's side, independent of the
/// server.
/// </summary>
internal static class QueryMessages
{
    private static readonly string[] MapElements = ["Attribute", "MessageAttribute", "Tag"];

    private static readonly string[] Numbers =
    [
        "ApproximateNumberOfMessagesMoved", "ApproximateNumberOfMessagesToMove", "MaxNumberOfMessagesPerSecond",
        "StartedTimestamp",
    ];

    public static IEnumerable<KeyValuePair<string, string>> Parameters(string operation, JsonObject input) =>
        Flatten(operation, "", input).Prepend(new("Version", "2012-11-05")).Prepend(new("Action", operation));

    public static JsonObject ReadOutput(string operation, string xml)
    {
        var root = XDocument.Parse(xml).Root!;
        Assert.Equal(operation + "Response", root.Name.LocalName);
        Assert.NotNull(root.Elements().Single(element => element.Name.LocalName == "ResponseMetadata"));
        return root.Elements().SingleOrDefault(element => element.Name.LocalName == operation + "Result") is { } result
            ? Read(result)
            : [];
    }

    public static (string Code, string Type, string Message) ReadError(string xml)
    {
        var error = XDocument.Parse(xml).Root!.Elements().First();
        string Text(string name) => error.Elements().Single(element => element.Name.LocalName == name).Value;
        return (Text("Code"), Text("Type"), Text("Message"));
    }

    /// <summary>The name that an error has in JSON.</summary>
    public static string ErrorName(string code) => code switch
    {
        "AWS.SimpleQueueService.NonExistentQueue" => "QueueDoesNotExist",
        "QueueAlreadyExists" => "QueueNameExists",
        _ => code[(code.LastIndexOf('.') + 1)..],
    };

    private static IEnumerable<KeyValuePair<string, string>> Flatten(
        string operation, string prefix, JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => (member.Key, member.Value) switch
        {
            ("Entries", JsonArray entries) => List(operation, $"{prefix}{operation}RequestEntry", entries),
            ("Actions", JsonArray items) => List(operation, prefix + "ActionName", items),
            (_, JsonArray items) => List(operation, prefix + member.Key[..^1], items),
            ("tags" or "Tags", JsonObject map) => Map(operation, prefix + "Tag", "Key", map),
            (_, JsonObject map) when member.Key.EndsWith('s') => Map(operation, prefix + member.Key[..^1], "Name", map),
            _ => Flatten(operation, prefix + member.Key + ".", member.Value),
        }),
        _ => [new(prefix.TrimEnd('.'), node!.ToString())],
    };

    private static IEnumerable<KeyValuePair<string, string>> List(string operation, string name, JsonArray items) =>
        items.SelectMany((item, i) => Flatten(operation, $"{name}.{i + 1}.", item));

    private static IEnumerable<KeyValuePair<string, string>> Map(
        string operation, string name, string key, JsonObject map) =>
        map.SelectMany((entry, i) => Flatten(operation, $"{name}.{i + 1}.Value.", entry.Value)
            .Prepend(new($"{name}.{i + 1}.{key}", entry.Key)));

    private static JsonObject Read(XElement parent)
    {
        var json = new JsonObject();
        foreach (var group in parent.Elements().GroupBy(element => element.Name.LocalName))
        {
            var (name, first) = (group.Key, group.First());
            if (ListMember(parent.Name.LocalName, name, first.HasElements) is { } list)
            {
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

    /// <summary>The list member that an element belongs to, or null.</summary>
    private static string? ListMember(string parent, string element, bool hasElements) => element switch
    {
        "BatchResultErrorEntry" => "Failed",
        "ListMessageMoveTasksResultEntry" => "Results",
        _ when element.EndsWith("ResultEntry", StringComparison.Ordinal) => "Successful",
        "Message" when hasElements => "Messages",
        "QueueUrl" when parent == "ListDeadLetterSourceQueuesResult" => "queueUrls",
        "QueueUrl" when parent == "ListQueuesResult" => "QueueUrls",
        _ => null,
    };

    private static JsonNode? Value(XElement element) => element switch
    {
        { HasElements: true } => Read(element),
        { Name.LocalName: "SenderFault" } => JsonValue.Create(element.Value == "true"),
        _ when Numbers.Contains(element.Name.LocalName) => JsonValue.Create(long.Parse(element.Value)),
        _ => JsonValue.Create(element.Value),
    };
}
