namespace FetchEtl.Local.Sqs.Contracts;

internal sealed record ListQueuesResult(List<string>? QueueUrls, string? NextToken);
