namespace FetchEtl.Local.Sqs.Contracts;

internal sealed record DeleteMessageRequest(string? QueueUrl, string? ReceiptHandle);
