namespace FetchEtl.Local;

/// <summary>The request of an operation that needs to know the queue and nothing else.</summary>
internal sealed record QueueRequest(string? QueueUrl);
