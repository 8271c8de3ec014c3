namespace FetchEtl.Local;

internal sealed record ListMessageMoveTasksResult(List<MoveTaskEntry> Results);
