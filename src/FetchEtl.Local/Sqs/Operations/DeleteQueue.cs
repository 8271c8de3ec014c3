namespace FetchEtl.Local;

internal static class DeleteQueue
{
    public static Nothing Run(SqsCall call, QueueRequest request)
    {
        call.Store.Delete(call.Queue(request.QueueUrl));
        return Nothing.Value;
    }
}
