namespace FetchEtl.Sqs;

/// <summary>
/// How the Query protocol names what JSON has as lists and maps: flattened under a name in the singular, the entries of
/// a map with named keys. From the SQS service model, API version 2012-11-05.
/// </summary>
internal static class QuerySchema
{
    /// <summary>The element of a request's list; null where the member is no list.</summary>
    public static string? ListElement(string operation, string member) => member switch
    {
        "Entries" => operation + "RequestEntry",
        "MessageAttributeNames" => "MessageAttributeName",

        // The older of the two names of one list: emulators before mid-2024 know no other, and SQS accepts both.
        "AttributeNames" or "MessageSystemAttributeNames" => "AttributeName",
        "TagKeys" => "TagKey",
        _ => null,
    };

    /// <summary>The element of a request's map, and the name of its key; null where the member is no map.</summary>
    public static (string Element, string Key)? MapElement(string member) => member switch
    {
        "Attributes" or "MessageAttributes" or "MessageSystemAttributes" => (member[..^1], "Name"),
        "Tags" or "tags" => ("Tag", "Key"),
        _ => null,
    };

    /// <summary>The list member that a result's element belongs to; null where it is no item of a list.</summary>
    public static string? ListMember(string operation, string element) => (operation, element) switch
    {
        (_, "Message") => "Messages",
        (_, "BatchResultErrorEntry") => "Failed",
        ("ListQueues", "QueueUrl") => "QueueUrls",
        ("ListDeadLetterSourceQueues", "QueueUrl") => "queueUrls",
        ("ListMessageMoveTasks", "ListMessageMoveTasksResultEntry") => "Results",
        _ => element == operation + "ResultEntry" ? "Successful" : null,
    };

    /// <summary>The map member that a result's element belongs to, and its key's name; null for no entry.</summary>
    public static (string Member, string Key)? MapMember(string element) => element switch
    {
        "Attribute" or "MessageAttribute" => (element + "s", "Name"),
        "Tag" => ("Tags", "Key"),
        _ => null,
    };

    /// <summary>Whether JSON has the element's text as a number.</summary>
    public static bool IsNumber(string element) => element is "ApproximateNumberOfMessagesMoved"
        or "ApproximateNumberOfMessagesToMove" or "MaxNumberOfMessagesPerSecond" or "StartedTimestamp";
}
