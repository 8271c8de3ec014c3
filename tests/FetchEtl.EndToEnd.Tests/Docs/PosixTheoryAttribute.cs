namespace FetchEtl.EndToEnd.Tests;

/// <summary>A theory that needs a POSIX shell, which Windows does not have.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PosixTheoryAttribute : TheoryAttribute
{
    public PosixTheoryAttribute()
    {
        if (OperatingSystem.IsWindows())
        {
            Skip = "Windows has no POSIX shell.";
        }
    }
}
