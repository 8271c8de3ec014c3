namespace FetchEtl.Local.Tests;

/// <summary>
/// A test that reads /proc or signals process groups. On other systems it is skipped with the reason.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxFactAttribute : FactAttribute
{
    private readonly bool _asRoot;

    public LinuxFactAttribute() => Skip = OperatingSystem.IsLinux() ? null : "Only Linux has /proc and setsid.";

    /// <summary>Whether the test needs root.</summary>
    public bool AsRoot
    {
        get => _asRoot;
        init
        {
            _asRoot = value;
            Skip ??= value && !Environment.IsPrivilegedProcess ? "Only root changes the user." : null;
        }
    }
}
