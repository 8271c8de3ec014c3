namespace FetchEtl.Sqs;

/// <summary>An error as the service reports it, its code normalized.</summary>
internal sealed record SqsServiceError(string Code, string? Message, string? RequestId);
