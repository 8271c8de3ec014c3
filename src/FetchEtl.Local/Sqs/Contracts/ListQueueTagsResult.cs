namespace FetchEtl.Local;

internal sealed record ListQueueTagsResult(Dictionary<string, string> Tags);
