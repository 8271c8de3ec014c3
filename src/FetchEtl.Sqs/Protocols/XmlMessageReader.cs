using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace FetchEtl.Sqs;

/// <summary>Reads the Query protocol's reply of ReceiveMessage.</summary>
internal static class XmlMessageReader
{
    /// <exception cref="FormatException">The content is not a reply of ReceiveMessage.</exception>
    public static IReadOnlyList<SqsMessage> Read(ReadOnlyMemory<byte> content) =>
        [.. new XmlReply(content).Results("Message").Select(ReadMessage)];

    private static SqsMessage ReadMessage(XElement message)
    {
        var fields = new MessageFields
        {
            MessageId = XmlReply.Optional(message, "MessageId"),
            ReceiptHandle = XmlReply.Optional(message, "ReceiptHandle"),
            Body = Encoding.UTF8.GetBytes(XmlReply.Required(message, "Body")),
            Attributes = ReadMessageAttributes(message),
        };
        foreach (var attribute in XmlReply.Children(message, "Attribute"))
        {
            var value = XmlReply.Required(attribute, "Value");
            switch (XmlReply.Required(attribute, "Name"))
            {
                case "SentTimestamp":
                    fields.SentTimestamp = long.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "ApproximateReceiveCount":
                    fields.ReceiveCount = int.Parse(value, CultureInfo.InvariantCulture);
                    break;
                case "MessageGroupId":
                    fields.GroupId = value;
                    break;
                case "MessageDeduplicationId":
                    fields.DeduplicationId = value;
                    break;
            }
        }

        return fields.ToMessage();
    }

    private static Dictionary<string, SqsMessageAttribute>? ReadMessageAttributes(XElement message)
    {
        var attributes = XmlReply.Children(message, "MessageAttribute").ToDictionary(
            attribute => XmlReply.Required(attribute, "Name"), ReadMessageAttribute);
        return attributes.Count == 0 ? null : attributes;
    }

    private static SqsMessageAttribute ReadMessageAttribute(XElement attribute)
    {
        var value = XmlReply.Children(attribute, "Value").FirstOrDefault()
            ?? throw new FormatException("A message attribute has no Value.");
        return new SqsMessageAttribute(
            XmlReply.Required(value, "DataType"),
            XmlReply.Optional(value, "StringValue"),
            XmlReply.Optional(value, "BinaryValue") is { } binary ? (ReadOnlyMemory<byte>?)Convert.FromBase64String(binary) : null);
    }
}
