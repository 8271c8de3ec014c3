namespace FetchEtl.Sqs;

internal sealed class ChangeMessageVisibilityBatchCall(string queueUrl, IReadOnlyList<SqsVisibilityEntry> entries)
    : QueueRequest("ChangeMessageVisibilityBatch", queueUrl)
{
    public VisibilityEntry[] Entries { get; } =
        [.. entries.Select((entry, i) => new VisibilityEntry(BatchId.Of(i), entry.ReceiptHandle, entry.VisibilityTimeout.WholeSeconds))];

    internal override void WriteForm(FormWriter form)
    {
        base.WriteForm(form);
        for (var i = 0; i < Entries.Length; i++)
        {
            var field = $"ChangeMessageVisibilityBatchRequestEntry.{i + 1}.";
            form.Add(field + "Id", Entries[i].Id);
            form.Add(field + "ReceiptHandle", Entries[i].ReceiptHandle);
            form.Add(field + "VisibilityTimeout", Entries[i].VisibilityTimeout);
        }
    }

    internal readonly record struct VisibilityEntry(string Id, string ReceiptHandle, int VisibilityTimeout);
}
