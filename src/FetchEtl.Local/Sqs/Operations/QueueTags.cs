namespace FetchEtl.Local;

/// <summary>TagQueue, UntagQueue and ListQueueTags.</summary>
internal static class QueueTags
{
    public static NoOutput Add(ApiCall call, TagQueueInput input)
    {
        var queue = call.Queue(input.QueueUrl);
        var tags = queue.Tags;
        var added = input.Tags is { Count: > 0 } given ? given : throw ApiError.Missing("Tags");
        lock (tags)
        {
            if (tags.Keys.Union(added.Keys).Count() > Quotas.Tags)
            {
                throw ApiError.InvalidParameterValue.With($"Too many tags added for queue {queue.Name}.");
            }

            foreach (var (key, value) in added)
            {
                tags[key] = value;
            }
        }

        return NoOutput.Value;
    }

    public static NoOutput Remove(ApiCall call, UntagQueueInput input)
    {
        var tags = call.Queue(input.QueueUrl).Tags;
        var keys = input.TagKeys ?? throw ApiError.Missing("TagKeys");
        if (keys.Count == 0)
        {
            throw ApiError.InvalidParameterValue.With("Tag keys must be between 1 and 128 characters in length.");
        }

        lock (tags)
        {
            keys.ForEach(key => tags.Remove(key));
        }

        return NoOutput.Value;
    }

    public static ListQueueTagsOutput List(ApiCall call, QueueInput input)
    {
        var tags = call.Queue(input.QueueUrl).Tags;
        lock (tags)
        {
            return new(tags.Count == 0 ? null : new(tags));
        }
    }
}

internal sealed record TagQueueInput(string? QueueUrl, Dictionary<string, string>? Tags);

internal sealed record UntagQueueInput(string? QueueUrl, List<string>? TagKeys);

/// <param name="Tags">Null when there are none: SQS then omits the member.</param>
internal sealed record ListQueueTagsOutput(Dictionary<string, string>? Tags);
