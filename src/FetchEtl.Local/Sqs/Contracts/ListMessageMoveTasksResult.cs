namespace FetchEtl.Local.Sqs.Contracts;

internal sealed record ListMessageMoveTasksResult(List<MoveTaskEntry> Results);
