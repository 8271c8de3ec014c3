namespace FetchEtl.Local;

/// <summary>
/// How Query names members differently from JSON: lists and maps are flattened under a singular name, and the entries
/// of a map have a named key. Source: the SQS service model of the SDKs that spoke Query.
/// </summary>
internal static class QueryNames
{
    private static readonly (string Member, string Query)[] Lists =
    [
        ("AttributeNames", "AttributeName"),
        ("MessageSystemAttributeNames", "MessageSystemAttributeName"),
        ("MessageAttributeNames", "MessageAttributeName"),
        ("TagKeys", "TagKey"),
        ("AWSAccountIds", "AWSAccountId"),
        ("Actions", "ActionName"),
        ("QueueUrls", "QueueUrl"),
        ("queueUrls", "QueueUrl"),
        ("Messages", "Message"),
        ("Results", "ListMessageMoveTasksResultEntry"),
        ("Failed", "BatchResultErrorEntry"),
    ];

    private static readonly (string Member, string Query, string Key)[] Maps =
    [
        ("Attributes", "Attribute", "Name"),
        ("MessageAttributes", "MessageAttribute", "Name"),
        ("MessageSystemAttributes", "MessageSystemAttribute", "Name"),
        ("Tags", "Tag", "Key"),
    ];

    /// <summary>Whether a member of a request is a list, by its name in JSON.</summary>
    public static bool IsList(string member) =>
        member == "Entries" || Array.Exists(Lists, list => list.Member == member);

    /// <summary>The list or map member that a parameter of a request belongs to, with the key name of a map.</summary>
    public static (string Member, string? Key)? Member(string operation, string parameter)
    {
        if (parameter == operation + "RequestEntry")
        {
            return ("Entries", null);
        }

        foreach (var (member, query, key) in Maps)
        {
            if (query == parameter)
            {
                return (operation == "CreateQueue" && member == "Tags" ? "tags" : member, key);
            }
        }

        // In a request QueueUrl is a plain value; only outputs have a list of them.
        foreach (var (member, query) in Lists)
        {
            if (query == parameter && query != "QueueUrl")
            {
                return (member, null);
            }
        }

        return null;
    }

    public static string ListElement(string operation, string member) =>
        member == "Successful" ? operation + "ResultEntry" : Lists.First(list => list.Member == member).Query;

    public static (string Element, string Key) MapElement(string member)
    {
        var (_, element, key) = Maps.First(map => map.Member == member);
        return (element, key);
    }
}
