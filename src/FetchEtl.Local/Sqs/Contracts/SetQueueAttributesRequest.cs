namespace FetchEtl.Local.Sqs.Contracts;

internal sealed record SetQueueAttributesRequest(string? QueueUrl, Dictionary<string, string>? Attributes);
