using System.Runtime.InteropServices;

namespace FetchEtl.Service;

/// <summary>How far a long verb is.</summary>
/// <param name="Done">What is done.</param>
/// <param name="Total">All there is; null where only the end will show it.</param>
/// <param name="Stage">The part of the work; null where it has one part. Each part counts from 0.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct WorkProgress(long Done, long? Total, string? Stage = null);
