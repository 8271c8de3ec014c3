namespace FetchEtl.Local.Sqs.Contracts;

internal sealed record ListDeadLetterSourceQueuesRequest(string? QueueUrl, string? NextToken, int? MaxResults);
