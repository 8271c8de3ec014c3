namespace FetchEtl.Sqs;

internal sealed class GetQueueUrlCall(string queueName) : SqsRequest("GetQueueUrl")
{
    public string QueueName { get; } = queueName;

    internal override void WriteForm(FormWriter form) => form.Add("QueueName", QueueName);
}
