namespace FetchEtl.Local;

internal sealed record GetQueueAttributesRequest(string? QueueUrl, List<string>? AttributeNames);
