namespace FetchEtl.Local.Sqs.Contracts;

internal sealed record CancelMessageMoveTaskResult(int ApproximateNumberOfMessagesMoved);
