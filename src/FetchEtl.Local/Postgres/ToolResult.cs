namespace FetchEtl.Local;

/// <summary>How a program ended, and what it said.</summary>
internal readonly record struct ToolResult(int ExitCode, string Output, string ErrorText);
