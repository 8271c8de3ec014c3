namespace FetchEtl.Sqs;

/// <summary>A request to one queue.</summary>
internal abstract class QueueRequest(string operation, string queueUrl) : SqsRequest(operation)
{
    public string QueueUrl { get; } = queueUrl;

    internal sealed override string Queue => QueueUrl;

    internal override void WriteForm(FormWriter form) => form.Add("QueueUrl", QueueUrl);
}
