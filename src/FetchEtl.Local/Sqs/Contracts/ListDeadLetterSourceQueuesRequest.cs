namespace FetchEtl.Local;

internal sealed record ListDeadLetterSourceQueuesRequest(string? QueueUrl, string? NextToken, int? MaxResults);
