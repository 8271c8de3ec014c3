namespace FetchEtl.Sqs;

/// <summary>
/// SQS refuses deletes. Its task completes when SQS accepts one again, or when no message is left to delete.
/// </summary>
/// <param name="reason">Why, for logs.</param>
internal sealed class DeleteOutage(string reason)
    : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public string Reason => reason;
}
