namespace FetchEtl.Local;

/// <summary>A program to run to its end.</summary>
/// <param name="Program">Its path, or its name on the PATH.</param>
/// <param name="Arguments">Passed as they are; no shell reads them.</param>
/// <param name="User">The user to step down to; null to stay.</param>
/// <param name="Folder">The working folder, which that user must be able to enter; null for this process's own.</param>
/// <param name="LeavesProcesses">
/// Whether it leaves processes behind, which may hold its output open for as long as they live: then its output is not
/// read.
/// </param>
internal sealed record ToolCommand(
    string Program,
    IReadOnlyList<string> Arguments,
    string? User = null,
    string? Folder = null,
    bool LeavesProcesses = false);
