namespace FetchEtl.Local;

internal sealed record GetQueueUrlRequest(string? QueueName);
