using Amazon.SQS.Model;

namespace FetchEtl.Service;

/// <summary>
/// Calls that need a right and cannot have an effect. A batch call is authorized as a whole before SQS looks at its
/// entries, so a reply that names a bad entry proves the right. Seen by others at AWS: a delete without a receipt
/// handle and without the right is refused for the right (riboseinc/aws-codecommit-trigger-plugin, issue 59), and a
/// receipt handle that is none, or a body with U+0001, fails its entry alone (LocalStack's tests, which run against
/// AWS).
/// </summary>
internal static class RightTrials
{
    private const string EntryId = "doctor";
    private const string NoHandle = "fetch-etl-doctor";

    // XML cannot carry U+0001, and no message may be delayed for longer than 900 s. Emulators check one of them.
    private const string NoBody = "\u0001";
    private const int NoDelay = 901;

    /// <summary>
    /// Receives 0 messages, which SQS refuses as an argument. A receive of 1 would raise a receive count.
    /// </summary>
    public static async Task<Finding> ReceiveAsync(
        DoctorContext context, string url, CancellationToken cancellationToken)
    {
        var request = new ReceiveMessageRequest { QueueUrl = url, MaxNumberOfMessages = 0, WaitTimeSeconds = 0 };
        var (_, failure) = await TryAsync(
            context,
            async token =>
            {
                await context.Calls.ReceiveMessageAsync(request, token);
                return Array.Empty<string>();
            },
            cancellationToken);
        return failure is null || IsArgumentFault(failure)
            ? Checks.Receive.Ok(
                "not refused. SQS rejected the trial, a receive of 0 messages, for its argument; AWS does not promise "
                + "to check the right first")
            : Judge(Checks.Receive, "sqs:ReceiveMessage", [], failure);
    }

    /// <summary>Deletes a receipt handle that is none.</summary>
    public static async Task<Finding> DeleteAsync(
        DoctorContext context, string url, CancellationToken cancellationToken)
    {
        var (codes, failure) = await TryAsync(
            context,
            async token => Codes((await context.Calls.DeleteMessageBatchAsync(
                url, [new DeleteMessageBatchRequestEntry(EntryId, NoHandle)], token)).Failed),
            cancellationToken);
        return Judge(Checks.Delete, "sqs:DeleteMessage", codes, failure);
    }

    /// <summary>Changes the visibility of a receipt handle that is none.</summary>
    public static async Task<Finding> ChangeVisibilityAsync(
        DoctorContext context, string url, CancellationToken cancellationToken)
    {
        var entry = new ChangeMessageVisibilityBatchRequestEntry(EntryId, NoHandle) { VisibilityTimeout = 0 };
        var (codes, failure) = await TryAsync(
            context,
            async token => Codes(
                (await context.Calls.ChangeMessageVisibilityBatchAsync(url, [entry], token)).Failed),
            cancellationToken);
        return Judge(Checks.ChangeVisibility, "sqs:ChangeMessageVisibility", codes, failure);
    }

    /// <summary>Sends a message that SQS cannot carry.</summary>
    public static async Task<Finding> SendAsync(DoctorContext context, string url, CancellationToken cancellationToken)
    {
        var isFifo = FetchEtl.Sqs.SqsQueueName.IsFifo(context.Sqs!.DeadLetterQueue);
        var entry = new SendMessageBatchRequestEntry(EntryId, NoBody)
        {
            DelaySeconds = NoDelay,
            MessageGroupId = isFifo ? EntryId : null,
            MessageDeduplicationId = isFifo ? EntryId : null,
        };
        var wasSent = false;
        var (codes, failure) = await TryAsync(
            context,
            async token =>
            {
                var reply = await context.Calls.SendMessageBatchAsync(url, [entry], token);
                wasSent = reply.Successful?.Count > 0;
                return Codes(reply.Failed);
            },
            cancellationToken);
        return wasSent
            ? Checks.Send.Warn(
                "granted, and this endpoint accepted a message that SQS rejects: U+0001, delayed by 901 s",
                "delete that message from the dead-letter queue; the endpoint is not AWS")
            : Judge(Checks.Send, "sqs:SendMessage", codes, failure);
    }

    public static Finding Refused(Check check, string right) => check.Fail(
        $"refused: the caller lacks {right}",
        $"grant {right}, and look for a Deny in the policy of the queue, of a VPC endpoint or of the organization");

    /// <param name="check">The right.</param>
    /// <param name="right">Its name in a policy.</param>
    /// <param name="codes">The codes of the entries that failed.</param>
    /// <param name="failure">The failure of the call; null where SQS answered.</param>
    internal static Finding Judge(Check check, string right, IReadOnlyList<string> codes, Exception? failure)
    {
        if (SqsTrouble.IsDenied(failure) || codes.Any(SqsTrouble.IsDenied))
        {
            return Refused(check, right);
        }

        if (failure is null || IsArgumentFault(failure))
        {
            return check.Ok("granted");
        }

        var (found, remedy) = SqsTrouble.Describe(failure);
        return check.Fail(found, remedy);
    }

    /// <summary>Whether SQS rejected the argument that is wrong on purpose.</summary>
    private static bool IsArgumentFault(Exception failure) => failure is Amazon.Runtime.AmazonServiceException
    {
        StatusCode: System.Net.HttpStatusCode.BadRequest, ErrorCode: { Length: > 0 } code
    } && (code.Contains("Invalid", StringComparison.Ordinal) || code.Contains("Missing", StringComparison.Ordinal)
        || code.Contains("ReadCountOutOfRange", StringComparison.Ordinal)
        || code.Contains("UnsupportedOperation", StringComparison.Ordinal))
        && !code.Contains("Token", StringComparison.Ordinal) && !code.Contains("Security", StringComparison.Ordinal);

    private static string[] Codes(IEnumerable<BatchResultErrorEntry>? failed) =>
        [.. (failed ?? []).Select(entry => entry.Code ?? string.Empty)];

    private static async Task<(IReadOnlyList<string> Codes, Exception? Failure)> TryAsync(
        DoctorContext context, Func<CancellationToken, Task<string[]>> call, CancellationToken cancellationToken)
    {
        try
        {
            return (await context.Limit.RunAsync(call, cancellationToken), null);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            QueueReader.Observe(context, exception);
            return ([], exception);
        }
    }
}
