namespace FetchEtl.Local.Sqs.Contracts;

internal sealed record ListQueuesRequest(string? QueueNamePrefix, string? NextToken, int? MaxResults);
