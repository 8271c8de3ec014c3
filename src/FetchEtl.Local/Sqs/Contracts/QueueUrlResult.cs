namespace FetchEtl.Local;

internal sealed record QueueUrlResult(string QueueUrl);
