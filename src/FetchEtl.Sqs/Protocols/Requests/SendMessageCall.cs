using System.Text.Json.Serialization;

namespace FetchEtl.Sqs;

internal sealed class SendMessageCall(string queueUrl, SqsSendEntry entry) : QueueRequest("SendMessage", queueUrl)
{
    [JsonConverter(typeof(Utf8TextConverter))]
    public ReadOnlyMemory<byte> MessageBody { get; } = entry.Body;

    public int? DelaySeconds { get; } = entry.Delay?.WholeSeconds;

    public IReadOnlyDictionary<string, SqsMessageAttribute>? MessageAttributes { get; } = entry.MessageAttributes;

    public string? MessageGroupId { get; } = entry.MessageGroupId;

    public string? MessageDeduplicationId { get; } = entry.MessageDeduplicationId;

    internal override bool CarriesBodies => true;

    internal override void WriteForm(FormWriter form)
    {
        base.WriteForm(form);
        form.Add("MessageBody", MessageBody.Span);
        form.Add("DelaySeconds", DelaySeconds);
        form.AddMessageAttributes("", MessageAttributes);
        form.Add("MessageGroupId", MessageGroupId);
        form.Add("MessageDeduplicationId", MessageDeduplicationId);
    }
}
