namespace FetchEtl.Local;

internal sealed record ListQueuesResult(List<string>? QueueUrls, string? NextToken);
