namespace FetchEtl.Service;

/// <summary>How far a drain is.</summary>
/// <param name="Settled">Messages that need nothing more.</param>
/// <param name="Left">Messages still on the queue, visible or not.</param>
internal sealed record DrainProgress(long Settled, long Left);
