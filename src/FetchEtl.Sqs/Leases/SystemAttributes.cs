using System.Globalization;
using Amazon.SQS;
using Amazon.SQS.Model;

namespace FetchEtl.Sqs;

/// <summary>What SQS says of a message that it delivers.</summary>
internal static class SystemAttributes
{
    /// <summary>How many times SQS has delivered the message, this time included; 1 where it does not say.</summary>
    public static int ReceiveCount(this Message message)
    {
        var text = message.SystemText(MessageSystemAttributeName.ApproximateReceiveCount);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 1;
    }

    /// <summary>The message group; null on a standard queue.</summary>
    public static string? Group(this Message message) => message.SystemText(MessageSystemAttributeName.MessageGroupId);

    /// <summary>The text of one of the producer's attributes, or of those of a dead letter.</summary>
    public static string? AttributeText(this Message message, string name) =>
        message.MessageAttributes is { Count: > 0 } attributes ? attributes.GetValueOrDefault(name)?.StringValue : null;

    public static string? SystemText(this Message message, string name) => message.Attributes?.GetValueOrDefault(name);
}
