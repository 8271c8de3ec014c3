using System.Globalization;

namespace FetchEtl.Local;

internal static class GetQueueAttributes
{
    private static readonly Dictionary<string, Func<SqsQueue, string>> Computed = new(StringComparer.Ordinal)
    {
        ["QueueArn"] = queue => queue.Arn,
        ["ApproximateNumberOfMessages"] = queue => Text(queue.Count().Visible),
        ["ApproximateNumberOfMessagesNotVisible"] = queue => Text(queue.Count().InFlight),
        ["ApproximateNumberOfMessagesDelayed"] = queue => Text(queue.Count().Delayed),
        ["CreatedTimestamp"] = queue => Text(queue.CreatedAt / 1000),
        ["LastModifiedTimestamp"] = queue => Text(queue.LastModifiedAt / 1000),
    };

    public static GetQueueAttributesResult Run(SqsCall call, GetQueueAttributesRequest request)
    {
        var queue = call.Queue(request.QueueUrl);
        if (request.AttributeNames is null or [])
        {
            return new(Attributes: null);
        }

        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in request.AttributeNames)
        {
            if (name == "All")
            {
                foreach (var (key, value) in queue.Settings.All())
                {
                    attributes[key] = value;
                }

                foreach (var (key, read) in Computed)
                {
                    attributes[key] = read(queue);
                }
            }
            else if (Computed.TryGetValue(name, out var read))
            {
                attributes[name] = read(queue);
            }
            else if (!QueueSettings.IsKnown(name))
            {
                throw SqsError.InvalidAttributeName.With($"Unknown Attribute {name}.");
            }
            else if (queue.Settings.Get(name) is { } value)
            {
                attributes[name] = value;
            }
        }

        return new(attributes);
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
