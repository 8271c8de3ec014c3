namespace FetchEtl.Local;

internal sealed record CancelMessageMoveTaskResult(int ApproximateNumberOfMessagesMoved);
