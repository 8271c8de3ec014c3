namespace FetchEtl.Sqs;

internal sealed class SetQueueAttributesCall(string queueUrl, IReadOnlyDictionary<string, string> attributes)
    : QueueRequest("SetQueueAttributes", queueUrl)
{
    public IReadOnlyDictionary<string, string> Attributes { get; } = attributes;

    internal override void WriteForm(FormWriter form)
    {
        base.WriteForm(form);
        form.AddQueueAttributes(Attributes);
    }
}
