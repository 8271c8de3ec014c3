namespace FetchEtl.Local.Sqs.Contracts;

internal sealed record GetQueueUrlRequest(string? QueueName);
