namespace FetchEtl.Local;

internal static class UntagQueue
{
    public static Nothing Run(SqsCall call, UntagQueueRequest request)
    {
        var tags = call.Queue(request.QueueUrl).Tags;
        lock (tags)
        {
            (request.TagKeys ?? throw SqsError.Missing("TagKeys")).ForEach(key => tags.Remove(key));
        }

        return Nothing.Value;
    }
}
