namespace FetchEtl.Local;

/// <summary>Where a move task stands; written in capitals on the wire.</summary>
internal enum MoveTaskStatus
{
    Running,
    Completed,
    Cancelled,
    Failed,
}
