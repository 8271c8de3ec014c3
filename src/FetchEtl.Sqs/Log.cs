using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs;

/// <summary>
/// All that this library logs. Event ids: 1000 to 1099 the client, from 1100 the rider. No body, no receipt handle, no
/// attribute value is ever a parameter.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Information, "{Endpoint} speaks the SQS protocol {Protocol}; keeping to it")]
    public static partial void ProtocolSettled(this ILogger logger, Uri endpoint, SqsProtocol protocol);

    [LoggerMessage(1001, LogLevel.Debug, "SQS {Operation} failed with {Code}; retry {Attempt} in {Delay}")]
    public static partial void Retrying(this ILogger logger, string operation, string code, int attempt, TimeSpan delay);

    [LoggerMessage(1002, LogLevel.Warning,
        "This machine's clock is far from that of {Endpoint}, which refused a signature; signing with the service's time")]
    public static partial void ClockCorrected(this ILogger logger, Uri endpoint);

    [LoggerMessage(1100, LogLevel.Information, "Receiving from {Queue}, at most {Prefetch} messages in flight")]
    public static partial void Receiving(this ILogger logger, string queue, int prefetch);

    [LoggerMessage(1101, LogLevel.Information, "Stopped receiving from {Queue} after {Count} messages")]
    public static partial void Stopped(this ILogger logger, string queue, long count);

    [LoggerMessage(1102, LogLevel.Warning, "SQS cannot be asked for the queue {Queue}: {Reason}; trying again in {Seconds} s")]
    public static partial void QueueNotReached(this ILogger logger, string queue, string reason, double seconds);

    [LoggerMessage(1103, LogLevel.Error, "The receive endpoint of {Queue} has ended")]
    public static partial void EndpointEnded(this ILogger logger, Exception exception, string queue);

    [LoggerMessage(1104, LogLevel.Error, "The receive endpoint of {Queue} cannot start: {Reason}")]
    public static partial void EndpointRefused(this ILogger logger, string queue, string reason);

    [LoggerMessage(1105, LogLevel.Warning, "Receiving from {Queue} failed: {Reason}; trying again in {Seconds} s")]
    public static partial void ReceiveFailed(this ILogger logger, string queue, string reason, double seconds);

    [LoggerMessage(1106, LogLevel.Information, "Receiving from {Queue} works again")]
    public static partial void ReceiveRecovered(this ILogger logger, string queue);

    [LoggerMessage(1107, LogLevel.Debug, "Message {MessageId} faulted with {Fault}")]
    public static partial void DispatchFaulted(this ILogger logger, string messageId, string fault);

    [LoggerMessage(1108, LogLevel.Information, "Message {MessageId} came again while it is being handled; both deliveries are settled together")]
    public static partial void DuplicateDelivery(this ILogger logger, string messageId);

    [LoggerMessage(1109, LogLevel.Warning, "Message {MessageId} was moved to {DeadLetterQueue}: {Reason}")]
    public static partial void DeadLettered(this ILogger logger, string messageId, string deadLetterQueue, string reason);

    [LoggerMessage(1110, LogLevel.Error, "Message {MessageId} stays on its queue: {DeadLetterQueue} did not accept it as a dead letter ({Problem}); it would have been one because: {Reason}")]
    public static partial void DeadLetterRefused(this ILogger logger, string messageId, string deadLetterQueue, string problem, string reason);

    [LoggerMessage(1111, LogLevel.Warning, "Message {MessageId} faulted with {Fault} at receive {ReceiveCount}; it is visible again in {Seconds} s")]
    public static partial void Returned(this ILogger logger, string messageId, string fault, int receiveCount, double seconds);

    [LoggerMessage(1112, LogLevel.Warning, "The lease on message {MessageId} ran out before it could be {Fate}; whoever receives it next settles it")]
    public static partial void LeaseLost(this ILogger logger, string messageId, string fate);

    [LoggerMessage(1113, LogLevel.Warning, "{Count} leases could not be renewed: {Reason}; trying again at the next beat")]
    public static partial void RenewalFailed(this ILogger logger, int count, string reason);

    [LoggerMessage(1114, LogLevel.Warning, "SQS did not {Action} message {MessageId} ({Code}); it becomes visible again when its lease runs out")]
    public static partial void SettlementFailed(this ILogger logger, string action, string messageId, string code);

    [LoggerMessage(1115, LogLevel.Warning, "Receiving from {Queue} is held back until its consumers can work again")]
    public static partial void ReceivingHeldBack(this ILogger logger, string queue);

    [LoggerMessage(1116, LogLevel.Information, "Receiving from {Queue} goes on: its consumers can work again")]
    public static partial void ReceivingResumed(this ILogger logger, string queue);

    [LoggerMessage(1117, LogLevel.Warning, "An observer of {Queue} threw {Fault} when it was told of a fault")]
    public static partial void ObserverFaulted(this ILogger logger, string queue, string fault);
}
