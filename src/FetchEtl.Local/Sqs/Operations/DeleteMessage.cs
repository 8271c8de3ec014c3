namespace FetchEtl.Local;

/// <summary>DeleteMessage and DeleteMessageBatch.</summary>
internal static class DeleteMessage
{
    public static NoOutput Run(ApiCall call, DeleteMessageInput input)
    {
        var queue = call.Queue(input.QueueUrl);
        ReceiptHandle.ThrowIfNotBase64(input.ReceiptHandle);
        Delete(call, queue, input.ReceiptHandle);
        return NoOutput.Value;
    }

    public static BatchOutput<EntryId> RunBatch(ApiCall call, BatchInput<DeleteMessageEntry> input)
    {
        var queue = call.Queue(input.QueueUrl);
        return MessageBatch.Run("DeleteMessageBatch", call.Faults, input.Entries, entry =>
        {
            Delete(call, queue, entry.ReceiptHandle);
            return new EntryId(entry.Id!);
        });
    }

    private static void Delete(ApiCall call, StoredQueue queue, string? receiptHandle)
    {
        if (call.Faults?.IgnoresDelete() != true)
        {
            queue.Delete(receiptHandle);
        }
    }
}

internal sealed record DeleteMessageInput(string? QueueUrl, string? ReceiptHandle);

internal sealed record DeleteMessageEntry(string? Id, string? ReceiptHandle) : IBatchEntry;
