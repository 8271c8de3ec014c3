namespace FetchEtl.EndToEnd.Tests;

/// <summary>A test that sends a signal to a process, which Windows has not.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PosixFactAttribute : FactAttribute
{
    public PosixFactAttribute()
    {
        if (OperatingSystem.IsWindows())
        {
            Skip = "Windows knows no SIGTERM.";
        }
    }
}
