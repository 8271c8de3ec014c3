namespace FetchEtl.Local;

internal sealed record TagQueueRequest(string? QueueUrl, Dictionary<string, string>? Tags);
