namespace FetchEtl.Local;

internal static class SetQueueAttributes
{
    public static Nothing Run(SqsCall call, SetQueueAttributesRequest request)
    {
        var queue = call.Queue(request.QueueUrl);
        call.Store.Configure(queue, request.Attributes ?? throw SqsError.Missing("Attributes"));
        return Nothing.Value;
    }
}
