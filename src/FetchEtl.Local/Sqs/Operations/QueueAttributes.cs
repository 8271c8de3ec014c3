using System.Globalization;

namespace FetchEtl.Local;

/// <summary>GetQueueAttributes and SetQueueAttributes.</summary>
internal static class QueueAttributes
{
    private const string CountPrefix = "ApproximateNumberOfMessages";

    private static readonly Dictionary<string, Func<StoredQueue, string>> Computed = new(StringComparer.Ordinal)
    {
        ["QueueArn"] = queue => queue.Arn,
        [CountPrefix] = queue => Text(queue.Count().Visible),
        [$"{CountPrefix}NotVisible"] = queue => Text(queue.Count().InFlight),
        [$"{CountPrefix}Delayed"] = queue => Text(queue.Count().Delayed),
        ["CreatedTimestamp"] = queue => Text(queue.CreatedAt / 1000),
        ["LastModifiedTimestamp"] = queue => Text(queue.LastModifiedAt / 1000),
    };

    public static GetQueueAttributesOutput Get(ApiCall call, GetQueueAttributesInput input)
    {
        var queue = call.Queue(input.QueueUrl);
        if (input.AttributeNames is null or [])
        {
            return new(Attributes: null);
        }

        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in input.AttributeNames)
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
                throw ApiError.InvalidAttributeName.With($"Unknown Attribute {name}.");
            }
            else if (queue.Settings.Get(name) is { } value)
            {
                attributes[name] = value;
            }
        }

        if (call.Faults?.ReadsStaleCounts() == true)
        {
            foreach (var count in attributes.Keys.Where(x => x.StartsWith(CountPrefix, StringComparison.Ordinal)))
            {
                attributes[count] = Text(0);
            }
        }

        return new(attributes.Count == 0 ? null : attributes);
    }

    public static NoOutput Set(ApiCall call, SetQueueAttributesInput input)
    {
        var queue = call.Queue(input.QueueUrl);
        call.Store.Configure(queue, input.Attributes ?? throw ApiError.Missing("Attributes"));
        return NoOutput.Value;
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}

internal sealed record GetQueueAttributesInput(string? QueueUrl, List<string>? AttributeNames);

internal sealed record GetQueueAttributesOutput(Dictionary<string, string>? Attributes);

internal sealed record SetQueueAttributesInput(string? QueueUrl, Dictionary<string, string>? Attributes);
