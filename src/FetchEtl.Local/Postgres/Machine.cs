namespace FetchEtl.Local;

/// <summary>
/// The facts about this machine that decide which PostgreSQL is found and which remedy an error names.
/// </summary>
/// <param name="System">The kind of operating system.</param>
/// <param name="SearchPath">The folders of the PATH, in order.</param>
/// <param name="InstallPlaces">The folders where installers put PostgreSQL.</param>
/// <param name="IsRoot">Whether this process runs as root, as which PostgreSQL refuses to run.</param>
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

    /// <summary>Whether this is a Debian-like system: it has apt-get.</summary>
    public bool HasApt => System is OperatingSystemKind.Linux && FindOnPath("apt-get") is not null;

    public string? FindOnPath(string program) =>
        SearchPath.Select(folder => Path.Combine(folder, FileName(program))).FirstOrDefault(File.Exists);

    public string FileName(string program) => System is OperatingSystemKind.Windows ? program + ".exe" : program;

    /// <summary>The command that installs PostgreSQL on this system.</summary>
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

/// <summary>The operating systems that <see cref="LocalPostgres"/> distinguishes. Others count as Linux.</summary>
internal enum OperatingSystemKind
{
    Linux,
    MacOS,
    Windows,
}
