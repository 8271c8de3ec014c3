namespace FetchEtl.Local;

/// <summary>The forms of <see cref="SqsFaultKind.MalformedMessage"/>.</summary>
internal static class Malformation
{
    private const string SentTimestamp = "SentTimestamp";
    private const string ReceiveCount = "ApproximateReceiveCount";

    private static readonly Func<ReceivedMessage, ReceivedMessage>[] Forms =
    [
        message => WithSystemAttribute(message, SentTimestamp, null),
        message => WithSystemAttribute(message, SentTimestamp, "99999999999999999999"),
        message => WithSystemAttribute(message, ReceiveCount, "many"),
        message => message with { ReceiptHandle = null },
        message => message with
        {
            MessageAttributes = new(message.MessageAttributes ?? [])
            {
                ["Malformed"] = new("Binary", StringValue: null, BinaryValue: "%"),
            },
        },
    ];

    /// <summary>
    /// The message in one of the forms. Those of system attributes need that the receive asked for them.
    /// </summary>
    public static ReceivedMessage Of(ReceivedMessage message, ulong chance) =>
        Forms[chance % (ulong)Forms.Length](message);

    private static ReceivedMessage WithSystemAttribute(ReceivedMessage message, string name, string? value)
    {
        if (message.Attributes?.ContainsKey(name) != true)
        {
            return message;
        }

        var attributes = new Dictionary<string, string>(message.Attributes, StringComparer.Ordinal);
        if (value is null)
        {
            attributes.Remove(name);
        }
        else
        {
            attributes[name] = value;
        }

        return message with { Attributes = attributes };
    }
}
