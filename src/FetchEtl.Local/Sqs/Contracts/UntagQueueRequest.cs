namespace FetchEtl.Local;

internal sealed record UntagQueueRequest(string? QueueUrl, List<string>? TagKeys);
