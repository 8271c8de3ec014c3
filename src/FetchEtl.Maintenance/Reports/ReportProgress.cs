using System.Runtime.InteropServices;

namespace FetchEtl.Maintenance;

/// <summary>How far the reading for a report is.</summary>
/// <param name="Done">The statements that are done.</param>
/// <param name="Total">All of them.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ReportProgress(int Done, int Total);
