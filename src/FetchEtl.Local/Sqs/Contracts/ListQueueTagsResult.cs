namespace FetchEtl.Local.Sqs.Contracts;

internal sealed record ListQueueTagsResult(Dictionary<string, string> Tags);
