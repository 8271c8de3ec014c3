using System.Globalization;

namespace FetchEtl.Local;

/// <summary>The attributes that a receive requested. Renders each delivery with them.</summary>
internal sealed class RequestedAttributes
{
    /// <summary>
    /// The same for every message, since credentials are not checked. Has the form of an IAM user's id.
    /// </summary>
    private const string SenderId = "AIDAIENQZJOLO23YVJ4VO";

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

    private readonly List<KeyValuePair<string, Func<Delivery, string?>>> _system = [];
    private readonly List<string>? _names;
    private readonly bool _allNames;

    public RequestedAttributes(ReceiveMessageInput input)
    {
        var system = (input.AttributeNames ?? []).Concat(input.MessageSystemAttributeNames ?? []).ToHashSet();
        foreach (var name in system.Where(
            name => name != "All" && !System.ContainsKey(name) && !QueueSettings.IsKnown(name)))
        {
            throw ApiError.InvalidAttributeName.With($"Unknown Attribute {name}.");
        }

        _system.AddRange(System.Where(attribute => system.Contains("All") || system.Contains(attribute.Key)));
        _names = input.MessageAttributeNames;
        _allNames = _names?.Any(name => name is "All" or ".*" or "*") == true;
    }

    public ReceivedMessage Render(Delivery delivery)
    {
        var content = delivery.Message.Content;
        var attributes = content.Attributes is null || _names is null
            ? null
            : content.Attributes.Where(attribute => IsRequested(attribute.Key)).ToDictionary();
        return new()
        {
            MessageId = delivery.Message.Id,
            ReceiptHandle = delivery.ReceiptHandle,
            BodyMd5 = content.BodyMd5,
            Body = content.Body,
            Attributes = SystemAttributes(delivery),
            MessageAttributes = attributes is null or { Count: 0 }
                ? null
                : attributes.ToDictionary(
                    attribute => attribute.Key, attribute => ReceivedAttribute.Of(attribute.Value)),
            AttributesMd5 = attributes?.Count == content.Attributes?.Count
                ? content.AttributesMd5
                : MessageDigest.Md5(attributes),
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

    private bool IsRequested(string name) => _allNames || _names!.Any(requested => requested == name
        || (requested.EndsWith(".*", StringComparison.Ordinal)
            && name.StartsWith(requested[..^2], StringComparison.Ordinal)));
}
