namespace FetchEtl.Sqs;

internal sealed class GetQueueAttributesCall(string queueUrl, IReadOnlyList<string> names)
    : QueueRequest("GetQueueAttributes", queueUrl)
{
    public IReadOnlyList<string> AttributeNames { get; } = names;

    internal override void WriteForm(FormWriter form)
    {
        base.WriteForm(form);
        for (var i = 0; i < AttributeNames.Count; i++)
        {
            form.Add($"AttributeName.{i + 1}", AttributeNames[i]);
        }
    }
}
