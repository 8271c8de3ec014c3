using System.Net;

namespace FetchEtl.Sqs;

/// <summary>A call to SQS that failed. It never holds a message body, in no property and no inner exception.</summary>
public sealed class SqsException : Exception
{
    internal SqsException(
        string operation,
        string code,
        string explanation,
        bool isTransient,
        HttpStatusCode? statusCode = null,
        string? requestId = null,
        Exception? innerException = null)
        : base($"SQS {operation} failed with {code}: {explanation}", innerException)
    {
        Operation = operation;
        Code = code;
        IsTransient = isTransient;
        StatusCode = statusCode;
        RequestId = requestId;
    }

    /// <summary>The operation, such as <c>ReceiveMessage</c>.</summary>
    public string Operation { get; }

    /// <summary>
    /// The service's error code, such as <c>QueueDoesNotExist</c>, the same in both protocols; or one of <see cref="SqsErrorCode"/>.
    /// </summary>
    public string Code { get; }

    /// <summary>The HTTP status of the reply, or null when there was none.</summary>
    public HttpStatusCode? StatusCode { get; }

    /// <summary>Whether the same call may succeed later: throttling, an unwell service, a broken connection, expired credentials.</summary>
    public bool IsTransient { get; }

    /// <summary>The id under which AWS support finds the call, when the service gave one.</summary>
    public string? RequestId { get; }

    /// <summary>
    /// Whether the request may have taken effect unseen: it was sent, and its reply never came or could not be read.
    /// Messages so received stay in flight until their visibility timeout.
    /// </summary>
    public bool EffectUnknown => Code is SqsErrorCode.Timeout or SqsErrorCode.ReplyLost or SqsErrorCode.UnrecognizedReply;
}
