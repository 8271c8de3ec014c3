using System.Runtime.InteropServices;

namespace FetchEtl.Service;

/// <summary>What a drain watches of its consumer.</summary>
/// <param name="Settled">Messages that are written, duplicate or dead-lettered.</param>
/// <param name="LastSettledAt">The timestamp of the last of them; null before the first.</param>
/// <param name="InFlight">Messages that were received here and are not settled with SQS yet.</param>
/// <param name="EmptyReceives">
/// Receives that succeeded, were empty and began after the last message was received, and when none that was returned
/// was hidden any more.
/// </param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct DrainCounters(long Settled, long? LastSettledAt, long InFlight, long EmptyReceives);
