namespace FetchEtl.Local;

/// <summary>
/// An SQS error: its name in the JSON protocol, its code in the Query protocol (also sent with JSON errors, in
/// <c>x-amzn-query-error</c>) and its HTTP status. Names and texts are those that Amazon SQS answers with.
/// </summary>
internal sealed record SqsError(string Name, string QueryCode, int Status = 400)
{
    private const string Prefix = "AWS.SimpleQueueService.";

    public static readonly SqsError InvalidParameterValue = new("InvalidParameterValueException", "InvalidParameterValue");
    public static readonly SqsError MissingParameter = new("MissingRequiredParameterException", "MissingParameter");
    public static readonly SqsError ReceiptHandleIsInvalid = Same("ReceiptHandleIsInvalid");
    public static readonly SqsError InvalidAttributeName = Same("InvalidAttributeName");
    public static readonly SqsError InvalidAttributeValue = Same("InvalidAttributeValue");
    public static readonly SqsError InvalidMessageContents = Same("InvalidMessageContents");
    public static readonly SqsError QueueNameExists = new("QueueNameExists", "QueueAlreadyExists");
    public static readonly SqsError QueueDoesNotExist = new("QueueDoesNotExist", Prefix + "NonExistentQueue");
    public static readonly SqsError MessageNotInflight = Prefixed("MessageNotInflight");
    public static readonly SqsError BatchEntryIdsNotDistinct = Prefixed("BatchEntryIdsNotDistinct");
    public static readonly SqsError BatchRequestTooLong = Prefixed("BatchRequestTooLong");
    public static readonly SqsError EmptyBatchRequest = Prefixed("EmptyBatchRequest");
    public static readonly SqsError InvalidBatchEntryId = Prefixed("InvalidBatchEntryId");
    public static readonly SqsError TooManyEntriesInBatchRequest = Prefixed("TooManyEntriesInBatchRequest");
    public static readonly SqsError UnsupportedOperation = Prefixed("UnsupportedOperation");
    public static readonly SqsError PurgeQueueInProgress = Prefixed("PurgeQueueInProgress", 403);
    public static readonly SqsError OverLimit = Same("OverLimit", 403);
    public static readonly SqsError RequestThrottled = Same("RequestThrottled", 403);
    public static readonly SqsError ResourceNotFound = Same("ResourceNotFoundException", 404);
    public static readonly SqsError UnknownOperation = new("UnknownOperationException", "InvalidAction");
    public static readonly SqsError Serialization = new("SerializationException", "MalformedInput");
    public static readonly SqsError MissingAction = new("UnknownOperationException", "MissingAction");
    public static readonly SqsError InternalError = Same("InternalError", 500);
    public static readonly SqsError InternalFailure = Same("InternalFailure", 500);

    /// <summary>Those that SQS's own model lists.</summary>
    public static readonly SqsError[] All =
    [
        InvalidParameterValue, MissingParameter, ReceiptHandleIsInvalid, InvalidAttributeName, InvalidAttributeValue,
        InvalidMessageContents, QueueNameExists, QueueDoesNotExist, MessageNotInflight, BatchEntryIdsNotDistinct,
        BatchRequestTooLong, EmptyBatchRequest, InvalidBatchEntryId, TooManyEntriesInBatchRequest, UnsupportedOperation,
        PurgeQueueInProgress, OverLimit, RequestThrottled, ResourceNotFound,
    ];

    /// <summary>Whose fault it is, in the words of both protocols.</summary>
    public string Fault => Status < 500 ? "Sender" : "Receiver";

    public SqsException With(string message) => new(this, message);

    public static SqsException InvalidValue(string parameter, object? value, string reason) =>
        InvalidParameterValue.With($"Value {value} for parameter {parameter} is invalid. Reason: {reason}");

    public static SqsException Missing(string parameter) =>
        MissingParameter.With($"The request must contain the parameter {parameter}.");

    public static SqsException NoSuchQueue() => QueueDoesNotExist.With("The specified queue does not exist.");

    private static SqsError Same(string name, int status = 400) => new(name, name, status);

    private static SqsError Prefixed(string name, int status = 400) => new(name, Prefix + name, status);
}
