namespace FetchEtl.Sqs;

internal sealed class CreateQueueCall(string queueName, IReadOnlyDictionary<string, string>? attributes)
    : SqsRequest("CreateQueue")
{
    public string QueueName { get; } = queueName;

    public IReadOnlyDictionary<string, string>? Attributes { get; } = attributes;

    internal override void WriteForm(FormWriter form)
    {
        form.Add("QueueName", QueueName);
        form.AddQueueAttributes(Attributes);
    }
}
