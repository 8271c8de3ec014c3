namespace FetchEtl.Local;

/// <summary>
/// An error of the SQS API: its name in JSON, its code in Query and its HTTP status. JSON errors carry the Query code
/// too, in the header <c>x-amzn-query-error</c>. Names, codes and texts are those of Amazon SQS.
/// </summary>
internal sealed record ApiError(string Name, string QueryCode, int Status = 400)
{
    private const string Prefix = "AWS.SimpleQueueService.";

    public static readonly ApiError InvalidParameterValue = new(
        "InvalidParameterValueException", "InvalidParameterValue");
    public static readonly ApiError MissingParameter = new("MissingRequiredParameterException", "MissingParameter");
    public static readonly ApiError ReceiptHandleIsInvalid = Same("ReceiptHandleIsInvalid");
    public static readonly ApiError InvalidAttributeName = Same("InvalidAttributeName");
    public static readonly ApiError InvalidAttributeValue = Same("InvalidAttributeValue");
    public static readonly ApiError InvalidMessageContents = Same("InvalidMessageContents");
    public static readonly ApiError QueueNameExists = new("QueueNameExists", "QueueAlreadyExists");
    public static readonly ApiError QueueDoesNotExist = new("QueueDoesNotExist", Prefix + "NonExistentQueue");
    public static readonly ApiError MessageNotInflight = Prefixed("MessageNotInflight");
    public static readonly ApiError BatchEntryIdsNotDistinct = Prefixed("BatchEntryIdsNotDistinct");
    public static readonly ApiError BatchRequestTooLong = Prefixed("BatchRequestTooLong");
    public static readonly ApiError EmptyBatchRequest = Prefixed("EmptyBatchRequest");
    public static readonly ApiError InvalidBatchEntryId = Prefixed("InvalidBatchEntryId");
    public static readonly ApiError TooManyEntriesInBatchRequest = Prefixed("TooManyEntriesInBatchRequest");
    public static readonly ApiError UnsupportedOperation = Prefixed("UnsupportedOperation");
    public static readonly ApiError PurgeQueueInProgress = Prefixed("PurgeQueueInProgress", 403);
    public static readonly ApiError OverLimit = Same("OverLimit", 403);
    public static readonly ApiError RequestThrottled = Same("RequestThrottled", 403);
    public static readonly ApiError AccessDenied = new("AccessDeniedException", "AccessDenied", 403);
    public static readonly ApiError ResourceNotFound = Same("ResourceNotFoundException", 404);
    public static readonly ApiError UnknownOperation = new("UnknownOperationException", "InvalidAction");
    public static readonly ApiError Serialization = new("SerializationException", "MalformedInput");
    public static readonly ApiError MissingAction = new("UnknownOperationException", "MissingAction", 404);
    public static readonly ApiError InternalError = Same("InternalError", 500);
    public static readonly ApiError InternalFailure = Same("InternalFailure", 500);

    /// <summary>The errors that the service model of SQS lists and this server can return.</summary>
    public static readonly ApiError[] All =
    [
        InvalidParameterValue, MissingParameter, ReceiptHandleIsInvalid, InvalidAttributeName, InvalidAttributeValue,
        InvalidMessageContents, QueueNameExists, QueueDoesNotExist, MessageNotInflight, BatchEntryIdsNotDistinct,
        BatchRequestTooLong, EmptyBatchRequest, InvalidBatchEntryId, TooManyEntriesInBatchRequest, UnsupportedOperation,
        PurgeQueueInProgress, OverLimit, RequestThrottled, ResourceNotFound,
    ];

    /// <summary><c>Sender</c> or <c>Receiver</c>: which side caused the error, as both protocols spell it.</summary>
    public string Fault => Status < 500 ? "Sender" : "Receiver";

    public ApiException With(string message) => new(this, message);

    public static ApiException InvalidValue(string parameter, object? value, string reason) =>
        InvalidParameterValue.With($"Value {value} for parameter {parameter} is invalid. Reason: {reason}");

    public static ApiException OutOfRange(string parameter, object? value, int min, int max) =>
        InvalidValue(parameter, value, $"Must be between {min} and {max}, if provided.");

    public static ApiException Missing(string parameter) =>
        MissingParameter.With($"The request must contain the parameter {parameter}.");

    public static ApiException NoSuchQueue() => QueueDoesNotExist.With("The specified queue does not exist.");

    private static ApiError Same(string name, int status = 400) => new(name, name, status);

    private static ApiError Prefixed(string name, int status = 400) => new(name, Prefix + name, status);
}

/// <summary>Rejects a call, or one entry of a batch. The client receives the error and the message.</summary>
internal sealed class ApiException(ApiError error, string message) : Exception(message)
{
    public ApiError Error { get; } = error;
}
