namespace FetchEtl.Local.Sqs.Contracts;

internal sealed record StartMessageMoveTaskRequest(string? SourceArn, string? DestinationArn, int? MaxNumberOfMessagesPerSecond);
