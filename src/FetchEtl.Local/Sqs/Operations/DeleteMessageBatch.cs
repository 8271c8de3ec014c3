namespace FetchEtl.Local;

internal static class DeleteMessageBatch
{
    public static BatchResult<BatchSuccess> Run(SqsCall call, BatchRequest<DeleteMessageEntry> request)
    {
        var queue = call.Queue(request.QueueUrl);
        return Batch.Run(call.Faults, request.Entries, entry =>
        {
            DeleteMessage.Delete(call, queue, entry.ReceiptHandle);
            return new BatchSuccess(entry.Id!);
        });
    }
}
