namespace FetchEtl.Local;

internal sealed record GetQueueAttributesResult(Dictionary<string, string>? Attributes);
