namespace FetchEtl.Local;

/// <summary>TagQueue, UntagQueue and ListQueueTags.</summary>
internal static class QueueTags
{
    public static NoOutput Add(ApiCall call, TagQueueInput input)
    {
        var tags = call.Queue(input.QueueUrl).Tags;
        var added = input.Tags ?? throw ApiError.Missing("Tags");
        lock (tags)
        {
            if (tags.Keys.Union(added.Keys).Count() > Quotas.Tags)
            {
                throw ApiError.InvalidParameterValue.With($"Too many tags added for queue: at most {Quotas.Tags}.");
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
        lock (tags)
        {
            (input.TagKeys ?? throw ApiError.Missing("TagKeys")).ForEach(key => tags.Remove(key));
        }

        return NoOutput.Value;
    }

    public static ListQueueTagsOutput List(ApiCall call, QueueInput input)
    {
        var tags = call.Queue(input.QueueUrl).Tags;
        lock (tags)
        {
            return new(new(tags));
        }
    }
}

internal sealed record TagQueueInput(string? QueueUrl, Dictionary<string, string>? Tags);

internal sealed record UntagQueueInput(string? QueueUrl, List<string>? TagKeys);

internal sealed record ListQueueTagsOutput(Dictionary<string, string> Tags);
