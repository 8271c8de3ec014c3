namespace FetchEtl.Local;

internal sealed record SetQueueAttributesRequest(string? QueueUrl, Dictionary<string, string>? Attributes);
