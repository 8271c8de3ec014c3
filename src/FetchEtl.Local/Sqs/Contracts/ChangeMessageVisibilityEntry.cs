namespace FetchEtl.Local.Sqs.Contracts;

internal sealed record ChangeMessageVisibilityEntry(string? Id, string? ReceiptHandle, int? VisibilityTimeout) : IBatchEntry;
