using FetchEtl.Local.Sqs.Contracts;

namespace FetchEtl.Local.Sqs.Operations;

internal static class PurgeQueue
{
    public static Nothing Run(SqsCall call, QueueRequest request)
    {
        call.Queue(request.QueueUrl).Purge();
        return Nothing.Value;
    }
}
