namespace FetchEtl.Local;

/// <summary>What of the machine decides which PostgreSQL is found and which remedy is named.</summary>
/// <param name="System">The kind of system.</param>
/// <param name="SearchPath">The folders of the PATH, in order.</param>
/// <param name="InstallPlaces">Where installers put PostgreSQL, beside the PATH.</param>
/// <param name="IsRoot">Whether this process runs as root. PostgreSQL refuses to.</param>
internal sealed record Machine(
    OperatingSystemKind System,
    IReadOnlyList<string> SearchPath,
    IReadOnlyList<InstallPlace> InstallPlaces,
    bool IsRoot)
{
    public static Machine Current()
    {
        var system = OperatingSystem.IsWindows() ? OperatingSystemKind.Windows
            : OperatingSystem.IsMacOS() ? OperatingSystemKind.MacOS
            : OperatingSystemKind.Linux;

        return new Machine(
            system,
            (Environment.GetEnvironmentVariable("PATH") ?? "").Split(
                Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            InstallPlace.Usual(system),
            system is not OperatingSystemKind.Windows && Environment.IsPrivilegedProcess);
    }

    /// <summary>Debian and its kin, told by their package manager.</summary>
    public bool HasApt => System is OperatingSystemKind.Linux && FindOnPath("apt-get") is not null;

    public string? FindOnPath(string program) =>
        SearchPath.Select(folder => Path.Combine(folder, FileName(program))).FirstOrDefault(File.Exists);

    public string FileName(string program) => System is OperatingSystemKind.Windows ? program + ".exe" : program;

    /// <summary>The one line that gets PostgreSQL onto this kind of system.</summary>
    public string Remedy => System switch
    {
        OperatingSystemKind.MacOS => "brew install postgresql@17",
        OperatingSystemKind.Windows => "winget install PostgreSQL.PostgreSQL.17",
        _ when HasApt => "sudo apt-get install postgresql",
        _ when FindOnPath("dnf") is not null => "sudo dnf install postgresql-server",
        _ when FindOnPath("apk") is not null => "sudo apk add postgresql",
        _ => "install the PostgreSQL server with the system's package manager",
    };
}
