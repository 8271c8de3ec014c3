namespace FetchEtl.Sqs;

internal sealed class DeleteMessageBatchCall(string queueUrl, IReadOnlyList<string> receiptHandles)
    : QueueRequest("DeleteMessageBatch", queueUrl)
{
    public DeleteEntry[] Entries { get; } =
        [.. receiptHandles.Select((handle, index) => new DeleteEntry(BatchId.Of(index), handle))];

    internal override void WriteForm(FormWriter form)
    {
        base.WriteForm(form);
        for (var i = 0; i < Entries.Length; i++)
        {
            form.Add($"DeleteMessageBatchRequestEntry.{i + 1}.Id", Entries[i].Id);
            form.Add($"DeleteMessageBatchRequestEntry.{i + 1}.ReceiptHandle", Entries[i].ReceiptHandle);
        }
    }

    internal readonly record struct DeleteEntry(string Id, string ReceiptHandle);
}
