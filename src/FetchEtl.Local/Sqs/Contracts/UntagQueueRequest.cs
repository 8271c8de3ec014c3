namespace FetchEtl.Local.Sqs.Contracts;

internal sealed record UntagQueueRequest(string? QueueUrl, List<string>? TagKeys);
