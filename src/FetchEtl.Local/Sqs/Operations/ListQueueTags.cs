namespace FetchEtl.Local;

internal static class ListQueueTags
{
    public static ListQueueTagsResult Run(SqsCall call, QueueRequest request)
    {
        var tags = call.Queue(request.QueueUrl).Tags;
        lock (tags)
        {
            return new(new(tags));
        }
    }
}
