namespace FetchEtl.Local.Sqs.Contracts;

internal sealed record TagQueueRequest(string? QueueUrl, Dictionary<string, string>? Tags);
