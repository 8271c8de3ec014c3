using System.Reflection;

namespace FetchEtl.Service;

/// <summary>The version of the program.</summary>
internal static class ServiceVersion
{
    private const int CommitLength = 8;

    /// <summary>The version, with the first digits of the commit where the build knows it.</summary>
    public static string Text { get; } = Shorten(
        typeof(ServiceVersion).Assembly
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion);

    private static string Shorten(string version) =>
        version.IndexOf('+', StringComparison.Ordinal) is > 0 and var plus
        && version.Length > plus + 1 + CommitLength
            ? version[..(plus + 1 + CommitLength)]
            : version;
}
