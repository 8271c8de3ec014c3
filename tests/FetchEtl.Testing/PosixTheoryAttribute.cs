using Xunit;

namespace FetchEtl.Testing;

/// <summary>A theory that needs signals or a POSIX shell, which Windows does not have.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PosixTheoryAttribute : TheoryAttribute
{
    public PosixTheoryAttribute()
    {
        if (OperatingSystem.IsWindows())
        {
            Skip = "Windows has no signals and no POSIX shell.";
        }
    }
}
