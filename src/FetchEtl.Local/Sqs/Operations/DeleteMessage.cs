namespace FetchEtl.Local;

internal static class DeleteMessage
{
    public static Nothing Run(SqsCall call, DeleteMessageRequest request)
    {
        Delete(call, call.Queue(request.QueueUrl), request.ReceiptHandle);
        return Nothing.Value;
    }

    /// <summary>Deletes by one handle, alone or of a batch.</summary>
    public static void Delete(SqsCall call, SqsQueue queue, string? receiptHandle)
    {
        if (call.Faults?.SparesDeleted() != true)
        {
            queue.Delete(receiptHandle);
        }
    }
}
