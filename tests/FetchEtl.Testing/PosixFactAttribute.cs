using Xunit;

namespace FetchEtl.Testing;

/// <summary>A test that sends a signal to a process. Windows has no signals, so it is skipped there.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PosixFactAttribute : FactAttribute
{
    public PosixFactAttribute()
    {
        if (OperatingSystem.IsWindows())
        {
            Skip = "Windows has no signals.";
        }
    }
}
