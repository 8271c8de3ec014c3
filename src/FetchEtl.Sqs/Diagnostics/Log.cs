using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs;

/// <summary>
/// All that this library logs. Event ids: 1000 to 1099 the client, 1100 to 1199 the rider, 2090 to 2099 S3. No body, no
/// receipt handle, no attribute value, no key of S3 is ever a parameter. What happens to a single message is logged at
/// Debug; a trouble is one line when it begins and one when it ends, and further attempts are logged at Debug. In JSON
/// the cause of a trouble is always <c>Cause</c>.
/// </summary>
internal static partial class Log
{
    /// <summary>The remedy where a dead-letter queue rejects dead letters.</summary>
    public const string DeadLetterRemedy = "check that the queue exists and that sqs:SendMessage on it is granted";

    [LoggerMessage(1000, LogLevel.Information,
        "{Endpoint} speaks only the older Query protocol of SQS, which is used from now on")]
    public static partial void QueryIsSpoken(this ILogger logger, Uri endpoint);

    [LoggerMessage(1001, LogLevel.Warning,
        "Requests to {Host} are not encrypted: anybody on the way can read and change messages. Remedy: an https URL")]
    public static partial void EndpointIsUnencrypted(this ILogger logger, string host);

    [LoggerMessage(1100, LogLevel.Information, "Receiving from {Queue}, at most {Prefetch} messages in flight")]
    public static partial void Receiving(this ILogger logger, string queue, int prefetch);

    [LoggerMessage(1101, LogLevel.Information, "Stopped receiving from {Queue} after {Count} messages")]
    public static partial void Stopped(this ILogger logger, string queue, long count);

    [LoggerMessage(1102, LogLevel.Warning,
        "The receive endpoint of {Queue} failed: {Cause}. It starts again until it can receive")]
    public static partial void EndpointFailed(this ILogger logger, string queue, string cause);

    [LoggerMessage(1104, LogLevel.Critical, "The receive endpoint of {Queue} cannot start: {Cause}")]
    public static partial void EndpointRefused(this ILogger logger, string queue, string cause);

    [LoggerMessage(1105, LogLevel.Warning, "Receiving from {Queue} failed: {Cause}. It is repeated until it works")]
    public static partial void ReceiveFailed(this ILogger logger, string queue, string cause);

    [LoggerMessage(1139, LogLevel.Debug, "A call failed in a trouble that is logged already: {Cause}")]
    public static partial void FailedAgain(this ILogger logger, string cause);

    [LoggerMessage(1106, LogLevel.Information, "Receiving from {Queue} works again")]
    public static partial void ReceiveRecovered(this ILogger logger, string queue);

    [LoggerMessage(1107, LogLevel.Debug, "Message {MessageId} faulted with {Fault}")]
    public static partial void DispatchFaulted(this ILogger logger, string messageId, string fault);

    [LoggerMessage(1108, LogLevel.Debug,
        "Message {MessageId} was delivered again while it is in flight. Both deliveries are settled together")]
    public static partial void DuplicateDelivery(this ILogger logger, string messageId);

    [LoggerMessage(1109, LogLevel.Debug, "Message {MessageId} was moved to {DeadLetterQueue}: {DeadLetterReason}")]
    public static partial void DeadLettered(
        this ILogger logger, string messageId, string deadLetterQueue, string deadLetterReason);

    [LoggerMessage(1110, LogLevel.Debug,
        "Message {MessageId} stays on its queue: {DeadLetterQueue} rejected it ({Cause}). It is invalid: "
        + "{DeadLetterReason}")]
    public static partial void DeadLetterRefused(
        this ILogger logger, string messageId, string deadLetterQueue, string cause, string deadLetterReason);

    [LoggerMessage(1111, LogLevel.Debug,
        "Message {MessageId} faulted with {Fault} at receive {ReceiveCount}. It is visible again in {Seconds} s")]
    public static partial void Returned(
        this ILogger logger, string messageId, string fault, int receiveCount, double seconds);

    [LoggerMessage(1112, LogLevel.Debug,
        "The lease on message {MessageId} was lost before the message could be {Fate}. SQS delivers it again")]
    public static partial void LeaseLost(this ILogger logger, string messageId, string fate);

    [LoggerMessage(1113, LogLevel.Warning,
        "{Count} leases were not renewed: {Cause}. The next attempt is within the visibility timeout")]
    public static partial void RenewalFailed(this ILogger logger, int count, string cause);

    [LoggerMessage(1138, LogLevel.Information, "SQS renews leases again")]
    public static partial void RenewalsAccepted(this ILogger logger);

    [LoggerMessage(1136, LogLevel.Error,
        "{DeadLetterQueue} rejects dead letters: {Cause}. Invalid messages go back to their queue until it accepts "
        + "them. Remedy: {Remedy}")]
    public static partial void DeadLettersRefused(
        this ILogger logger, string deadLetterQueue, string cause, string remedy);

    [LoggerMessage(1137, LogLevel.Information, "{DeadLetterQueue} accepts dead letters again")]
    public static partial void DeadLettersAccepted(this ILogger logger, string deadLetterQueue);

    [LoggerMessage(1114, LogLevel.Warning,
        "SQS refuses to delete messages: {Cause}. Nothing is received until it accepts a delete. The leases of "
        + "consumed messages are renewed, and one call at a time asks again")]
    public static partial void DeletesRefused(this ILogger logger, string cause);

    [LoggerMessage(1118, LogLevel.Information, "SQS deletes messages again")]
    public static partial void DeletesAccepted(this ILogger logger);

    [LoggerMessage(1120, LogLevel.Warning,
        "SQS refuses to return messages: {Cause}. Their leases are renewed, and one call at a time asks again")]
    public static partial void ReturnsRefused(this ILogger logger, string cause);

    [LoggerMessage(1121, LogLevel.Information, "SQS returns messages again")]
    public static partial void ReturnsAccepted(this ILogger logger);

    [LoggerMessage(1115, LogLevel.Debug, "Receiving from {Queue} is paused until its consumers can work again")]
    public static partial void ReceivingPaused(this ILogger logger, string queue);

    [LoggerMessage(1116, LogLevel.Debug, "Receiving from {Queue} resumes: its consumers can work again")]
    public static partial void ReceivingResumed(this ILogger logger, string queue);

    [LoggerMessage(1117, LogLevel.Warning, "An observer of {Queue} threw {Fault}")]
    public static partial void ObserverFaulted(this ILogger logger, string queue, string fault);

    [LoggerMessage(1130, LogLevel.Warning,
        "{Count} messages have the attributes of a dead letter without a valid MAC, the last of them {MessageId}. The "
        + "attributes are ignored, and the messages count as new ones")]
    public static partial void ClaimsIgnored(this ILogger logger, int count, string messageId);

    [LoggerMessage(1119, LogLevel.Error,
        "SQS returned message {MessageId}, which is malformed: its id, receipt handle or body is missing, an attribute "
        + "cannot be read, or an MD5 does not match. It stays on its queue")]
    public static partial void MalformedMessage(this ILogger logger, string? messageId);

    [LoggerMessage(2090, LogLevel.Warning,
        "S3 cannot be reached, or throttles: {Cause}. Messages whose payloads it holds wait, and keep their leases")]
    public static partial void PayloadsNotRead(this ILogger logger, string cause);

    [LoggerMessage(2091, LogLevel.Information, "S3 returns payloads again")]
    public static partial void PayloadsReadAgain(this ILogger logger);

    [LoggerMessage(2092, LogLevel.Error,
        "S3 refuses to return the payload of a message: {Cause}. The message goes back to its queue")]
    public static partial void PayloadRefused(this ILogger logger, string cause);

    [LoggerMessage(2093, LogLevel.Warning,
        "S3 does not delete the payload of a message that was consumed: {Cause}. The object stays")]
    public static partial void PayloadsNotDeleted(this ILogger logger, string cause);

    [LoggerMessage(2094, LogLevel.Information, "S3 deletes payloads again")]
    public static partial void PayloadsDeletedAgain(this ILogger logger);
}
