namespace FetchEtl.Service;

/// <summary>The progress of a drain.</summary>
/// <param name="Settled">Messages that are written, duplicate or dead-lettered.</param>
/// <param name="Left">Messages still on the queue, visible or not.</param>
internal sealed record DrainProgress(long Settled, long Left);
