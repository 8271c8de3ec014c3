namespace FetchEtl.Local.Sqs.Contracts;

internal sealed record GetQueueAttributesRequest(string? QueueUrl, List<string>? AttributeNames);
