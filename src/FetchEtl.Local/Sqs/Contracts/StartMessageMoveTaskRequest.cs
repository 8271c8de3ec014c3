namespace FetchEtl.Local;

internal sealed record StartMessageMoveTaskRequest(string? SourceArn, string? DestinationArn, int? MaxNumberOfMessagesPerSecond);
