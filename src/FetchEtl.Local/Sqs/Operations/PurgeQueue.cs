namespace FetchEtl.Local;

internal static class PurgeQueue
{
    public static Nothing Run(SqsCall call, QueueRequest request)
    {
        call.Queue(request.QueueUrl).Purge();
        return Nothing.Value;
    }
}
