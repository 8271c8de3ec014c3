namespace FetchEtl.Local;

internal static class ChangeMessageVisibilityBatch
{
    public static BatchResult<BatchSuccess> Run(SqsCall call, BatchRequest<ChangeMessageVisibilityEntry> request)
    {
        var queue = call.Queue(request.QueueUrl);
        return Batch.Run(call.Faults, request.Entries, entry =>
        {
            queue.ChangeVisibility(entry.ReceiptHandle, entry.VisibilityTimeout ?? throw SqsError.Missing("VisibilityTimeout"));
            return new BatchSuccess(entry.Id!);
        });
    }
}
