namespace FetchEtl.Sqs;

/// <summary>
/// How the Query protocol names what JSON has as lists and maps: flattened under a name in the singular, and a map's entries
/// with named keys. From the SQS service model, API version 2012-11-05.
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
        "AWSAccountIds" => "AWSAccountId",
        "Actions" => "ActionName",
        _ => null,
    };

    /// <summary>The element of a map, in requests and results, and the name of its key; null where the member is no map.</summary>
    public static (string Element, string Key)? MapElement(string member) => member switch
    {
        "Attributes" => ("Attribute", "Name"),
        "MessageAttributes" => ("MessageAttribute", "Name"),
        "MessageSystemAttributes" => ("MessageSystemAttribute", "Name"),
        "Tags" or "tags" => ("Tag", "Key"),
        _ => null,
    };

    /// <summary>The list member that a result's element belongs to; null where the element is no item of a list.</summary>
    public static string? ListMember(string operation, string element) => element switch
    {
        "Message" => "Messages",
        "BatchResultErrorEntry" => "Failed",
        "ListMessageMoveTasksResultEntry" => "Results",
        "QueueUrl" when operation == "ListQueues" => "QueueUrls",
        "QueueUrl" when operation == "ListDeadLetterSourceQueues" => "queueUrls",
        _ => element == operation + "ResultEntry" ? "Successful" : null,
    };

    /// <summary>The map member that a result's element belongs to, and the name of its key; null where the element is no entry of a map.</summary>
    public static (string Member, string Key)? MapMember(string element) => element switch
    {
        "Attribute" => ("Attributes", "Name"),
        "MessageAttribute" => ("MessageAttributes", "Name"),
        "Tag" => ("Tags", "Key"),
        _ => null,
    };

    /// <summary>Whether JSON has the element's text as a number or a truth value, not as a string.</summary>
    public static bool IsLiteral(string element) => element is "SenderFault" or "ApproximateNumberOfMessagesMoved"
        or "ApproximateNumberOfMessagesToMove" or "MaxNumberOfMessagesPerSecond" or "StartedTimestamp";
}
