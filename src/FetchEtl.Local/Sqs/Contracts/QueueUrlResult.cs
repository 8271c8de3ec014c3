namespace FetchEtl.Local.Sqs.Contracts;

internal sealed record QueueUrlResult(string QueueUrl);
