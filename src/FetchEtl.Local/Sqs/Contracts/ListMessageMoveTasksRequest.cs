namespace FetchEtl.Local;

internal sealed record ListMessageMoveTasksRequest(string? SourceArn, int? MaxResults);
