namespace FetchEtl.Local.Sqs.Contracts;

internal sealed record DeleteMessageEntry(string? Id, string? ReceiptHandle) : IBatchEntry;
