namespace FetchEtl.Local;

internal sealed record DeleteMessageRequest(string? QueueUrl, string? ReceiptHandle);
