namespace FetchEtl.Local.Sqs.Contracts;

internal sealed record ChangeMessageVisibilityRequest(string? QueueUrl, string? ReceiptHandle, int? VisibilityTimeout);
