namespace FetchEtl.Local;

/// <summary>ChangeMessageVisibility and ChangeMessageVisibilityBatch.</summary>
internal static class ChangeMessageVisibility
{
    public static NoOutput Run(ApiCall call, ChangeVisibilityInput input)
    {
        var queue = call.Queue(input.QueueUrl);
        ReceiptHandle.ThrowIfNotBase64(input.ReceiptHandle);
        Change(queue, input.ReceiptHandle, input.VisibilityTimeout);
        return NoOutput.Value;
    }

    public static BatchOutput<EntryId> RunBatch(ApiCall call, BatchInput<ChangeVisibilityEntry> input)
    {
        var queue = call.Queue(input.QueueUrl);
        return MessageBatch.Run("ChangeMessageVisibilityBatch", call.Faults, input.Entries, entry =>
        {
            Change(queue, entry.ReceiptHandle, entry.VisibilityTimeout);
            return new EntryId(entry.Id!);
        });
    }

    private static void Change(StoredQueue queue, string? receiptHandle, int? seconds) =>
        queue.ChangeVisibility(receiptHandle, seconds ?? throw ApiError.Missing("VisibilityTimeout"));
}

internal sealed record ChangeVisibilityInput(string? QueueUrl, string? ReceiptHandle, int? VisibilityTimeout);

internal sealed record ChangeVisibilityEntry(string? Id, string? ReceiptHandle, int? VisibilityTimeout) : IBatchEntry;
