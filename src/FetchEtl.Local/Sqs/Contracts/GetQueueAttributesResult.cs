namespace FetchEtl.Local.Sqs.Contracts;

internal sealed record GetQueueAttributesResult(Dictionary<string, string>? Attributes);
