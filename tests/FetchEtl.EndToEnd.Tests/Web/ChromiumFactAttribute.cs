namespace FetchEtl.EndToEnd.Tests;

/// <summary>A test that needs Debian's Chromium. Without it the test is skipped and says how to install it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ChromiumFactAttribute : FactAttribute
{
    /// <summary>Where Debian's package <c>chromium</c> puts it.</summary>
    public const string Path = "/usr/bin/chromium";

    public ChromiumFactAttribute() =>
        Skip = File.Exists(Path) ? null : $"{Path} is missing: apt-get install chromium.";
}
