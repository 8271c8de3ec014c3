using System.Globalization;

namespace FetchEtl.Local;

/// <summary>Which attributes a receive asked for, and a delivery rendered with those.</summary>
internal sealed class AskedAttributes
{
    private static readonly Dictionary<string, Func<Delivery, string?>> System = new(StringComparer.Ordinal)
    {
        ["SenderId"] = _ => SenderId,
        ["SentTimestamp"] = delivery => Text(delivery.Message.SentAt),
        ["ApproximateReceiveCount"] = delivery => Text(delivery.ReceiveCount),
        ["ApproximateFirstReceiveTimestamp"] = delivery => Text(delivery.FirstReceivedAt),
        ["SequenceNumber"] = delivery => delivery.Message.SequenceNumber,
        ["MessageDeduplicationId"] = delivery => delivery.Message.Content.DeduplicationId,
        ["MessageGroupId"] = delivery => delivery.Message.Content.GroupId,
        ["AWSTraceHeader"] = delivery => delivery.Message.Content.TraceHeader,
        ["DeadLetterQueueSourceArn"] = delivery => delivery.Message.DeadLetterSourceArn,
    };

    /// <summary>Everybody's, since credentials are not checked; of the form that an IAM user's has.</summary>
    private const string SenderId = "AIDAIENQZJOLO23YVJ4VO";

    private readonly List<KeyValuePair<string, Func<Delivery, string?>>> _system = [];
    private readonly List<string>? _names;
    private readonly bool _allNames;

    public AskedAttributes(ReceiveMessageRequest request)
    {
        var system = (request.AttributeNames ?? []).Concat(request.MessageSystemAttributeNames ?? []).ToHashSet();
        foreach (var name in system.Where(name => name != "All" && !System.ContainsKey(name) && !QueueSettings.IsKnown(name)))
        {
            throw SqsError.InvalidAttributeName.With($"Unknown Attribute {name}.");
        }

        _system.AddRange(System.Where(attribute => system.Contains("All") || system.Contains(attribute.Key)));
        _names = request.MessageAttributeNames;
        _allNames = _names?.Any(name => name is "All" or ".*" or "*") == true;
    }

    public ReceivedMessage Render(Delivery delivery)
    {
        var content = delivery.Message.Content;
        var attributes = content.Attributes is null || _names is null
            ? null
            : content.Attributes.Where(attribute => Asked(attribute.Key)).ToDictionary();
        return new()
        {
            MessageId = delivery.Message.Id,
            ReceiptHandle = delivery.ReceiptHandle,
            BodyMd5 = content.BodyMd5,
            Body = content.Body,
            Attributes = SystemAttributes(delivery),
            MessageAttributes = attributes is { Count: 0 } ? null : attributes,
            AttributesMd5 = attributes is null or { Count: 0 }
                ? null
                : attributes.Count == content.Attributes!.Count ? content.AttributesMd5 : AttributesDigest.Md5(attributes),
        };
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private Dictionary<string, string>? SystemAttributes(Delivery delivery)
    {
        if (_system.Count == 0)
        {
            return null;
        }

        var attributes = new Dictionary<string, string>(_system.Count, StringComparer.Ordinal);
        foreach (var (name, read) in _system)
        {
            if (read(delivery) is { } value)
            {
                attributes.Add(name, value);
            }
        }

        return attributes;
    }

    private bool Asked(string name) => _allNames || _names!.Any(asked =>
        asked == name || (asked.EndsWith(".*", StringComparison.Ordinal) && name.StartsWith(asked[..^2], StringComparison.Ordinal)));
}
