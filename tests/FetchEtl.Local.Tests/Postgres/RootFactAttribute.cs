namespace FetchEtl.Local.Tests.Postgres;

/// <summary>A fact about what root does on Linux; skipped for everybody else.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            Skip = "Only root steps down, and only Linux has /proc to see it in.";
        }
    }
}
