namespace FetchEtl.Local.Sqs.Contracts;

internal sealed record ListMessageMoveTasksRequest(string? SourceArn, int? MaxResults);
