namespace FetchEtl.Local;

internal sealed record ListQueuesRequest(string? QueueNamePrefix, string? NextToken, int? MaxResults);
