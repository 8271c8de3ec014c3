using System.Text.Json.Serialization;

namespace FetchEtl.Sqs;

internal sealed class SendMessageBatchCall(string queueUrl, IReadOnlyList<SqsSendEntry> entries)
    : QueueRequest("SendMessageBatch", queueUrl)
{
    public SendEntry[] Entries { get; } = [.. entries.Select((entry, index) => new SendEntry(BatchId.Of(index), entry))];

    internal override bool CarriesBodies => true;

    internal override void WriteForm(FormWriter form)
    {
        base.WriteForm(form);
        for (var i = 0; i < Entries.Length; i++)
        {
            var field = $"SendMessageBatchRequestEntry.{i + 1}.";
            form.Add(field + "Id", Entries[i].Id);
            form.Add(field + "MessageBody", Entries[i].MessageBody.Span);
            form.Add(field + "DelaySeconds", Entries[i].DelaySeconds);
            form.AddMessageAttributes(field, Entries[i].MessageAttributes);
            form.Add(field + "MessageGroupId", Entries[i].MessageGroupId);
            form.Add(field + "MessageDeduplicationId", Entries[i].MessageDeduplicationId);
        }
    }

    internal sealed class SendEntry(string id, SqsSendEntry entry)
    {
        public string Id { get; } = id;

        [JsonConverter(typeof(Utf8TextConverter))]
        public ReadOnlyMemory<byte> MessageBody { get; } = entry.Body;

        public int? DelaySeconds { get; } = entry.Delay?.WholeSeconds;

        public IReadOnlyDictionary<string, SqsMessageAttribute>? MessageAttributes { get; } = entry.MessageAttributes;

        public string? MessageGroupId { get; } = entry.MessageGroupId;

        public string? MessageDeduplicationId { get; } = entry.MessageDeduplicationId;
    }
}
