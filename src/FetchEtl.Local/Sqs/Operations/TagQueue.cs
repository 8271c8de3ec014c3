namespace FetchEtl.Local;

internal static class TagQueue
{
    private const int MaxTags = 50;

    public static Nothing Run(SqsCall call, TagQueueRequest request)
    {
        var tags = call.Queue(request.QueueUrl).Tags;
        var added = request.Tags ?? throw SqsError.Missing("Tags");
        lock (tags)
        {
            if (tags.Keys.Union(added.Keys).Count() > MaxTags)
            {
                throw SqsError.InvalidParameterValue.With($"Too many tags added for queue: at most {MaxTags}.");
            }

            foreach (var (key, value) in added)
            {
                tags[key] = value;
            }
        }

        return Nothing.Value;
    }
}
