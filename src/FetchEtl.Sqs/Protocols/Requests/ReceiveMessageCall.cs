namespace FetchEtl.Sqs;

internal sealed class ReceiveMessageCall(string queueUrl, SqsReceiveRequest request)
    : QueueRequest("ReceiveMessage", queueUrl)
{
    private static readonly string[] SystemAttributes =
        ["SentTimestamp", "ApproximateReceiveCount", "MessageGroupId", "MessageDeduplicationId"];

    private static readonly string[] All = ["All"];

    public int MaxNumberOfMessages { get; } = request.MaxMessages;

    public int WaitTimeSeconds { get; } = request.WaitTime.WholeSeconds;

    public int? VisibilityTimeout { get; } = request.VisibilityTimeout?.WholeSeconds;

    /// <summary>
    /// The older of the API's two names for the same list: emulators before mid-2024 do not know
    /// <c>MessageSystemAttributeNames</c>, and SQS takes both.
    /// </summary>
    public IReadOnlyList<string> AttributeNames { get; } = SystemAttributes;

    public IReadOnlyList<string> MessageAttributeNames { get; } = All;

    internal override TimeSpan WaitTime { get; } = request.WaitTime;

    internal override void WriteForm(FormWriter form)
    {
        base.WriteForm(form);
        form.Add("MaxNumberOfMessages", MaxNumberOfMessages);
        form.Add("WaitTimeSeconds", WaitTimeSeconds);
        form.Add("VisibilityTimeout", VisibilityTimeout);
        form.Add("AttributeName.1", "All");
        form.Add("MessageAttributeName.1", "All");
    }
}
