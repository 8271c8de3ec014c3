namespace FetchEtl.Local;

internal sealed record DeleteMessageEntry(string? Id, string? ReceiptHandle) : IBatchEntry;
