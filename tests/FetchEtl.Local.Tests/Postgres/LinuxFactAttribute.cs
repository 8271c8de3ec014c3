namespace FetchEtl.Local.Tests;

/// <summary>A fact that looks into /proc or signals process groups; skipped, with the reason, elsewhere.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxFactAttribute : FactAttribute
{
    private readonly bool _asRoot;

    public LinuxFactAttribute() => Skip = OperatingSystem.IsLinux() ? null : "Only Linux has what this looks at.";

    /// <summary>Whether only root can see it.</summary>
    public bool AsRoot
    {
        get => _asRoot;
        init
        {
            _asRoot = value;
            Skip ??= value && !Environment.IsPrivilegedProcess ? "Only root steps down." : null;
        }
    }
}
