namespace FetchEtl.Sqs;

/// <summary>The attributes of OpenTelemetry's conventions for messaging, on metrics and spans.</summary>
internal static class MessagingAttributes
{
    public const string System = "messaging.system";
    public const string OperationName = "messaging.operation.name";
    public const string OperationType = "messaging.operation.type";
    public const string DestinationName = "messaging.destination.name";
    public const string ServerAddress = "server.address";
    public const string ErrorType = "error.type";

    /// <summary>The value of <see cref="System"/>.</summary>
    public const string Sqs = "aws_sqs";

    /// <summary>The attributes of an operation on a queue.</summary>
    /// <param name="queueName">The queue.</param>
    /// <param name="host">The server; null where it is unknown.</param>
    /// <param name="operation">The operation, such as <c>delete</c>.</param>
    /// <param name="type">Its type in the conventions, such as <c>settle</c>.</param>
    public static KeyValuePair<string, object?>[] Of(string queueName, string? host, string operation, string type)
    {
        KeyValuePair<string, object?>[] attributes =
        [
            new(System, Sqs),
            new(OperationName, operation),
            new(OperationType, type),
            new(DestinationName, queueName),
        ];
        return host is null ? attributes : [.. attributes, new(ServerAddress, host)];
    }
}
