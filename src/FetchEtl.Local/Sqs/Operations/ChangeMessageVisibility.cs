namespace FetchEtl.Local;

internal static class ChangeMessageVisibility
{
    public static Nothing Run(SqsCall call, ChangeMessageVisibilityRequest request)
    {
        var queue = call.Queue(request.QueueUrl);
        queue.ChangeVisibility(request.ReceiptHandle, request.VisibilityTimeout ?? throw SqsError.Missing("VisibilityTimeout"));
        return Nothing.Value;
    }
}
