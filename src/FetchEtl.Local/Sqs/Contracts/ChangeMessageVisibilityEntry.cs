namespace FetchEtl.Local;

internal sealed record ChangeMessageVisibilityEntry(string? Id, string? ReceiptHandle, int? VisibilityTimeout) : IBatchEntry;
