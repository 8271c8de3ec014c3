namespace FetchEtl.Local.Tests;

public sealed class PostgresBinariesTests : IDisposable
{
    private static readonly string[] Programs = ["initdb", "postgres", "pg_ctl"];

    private readonly string _root = Directory.CreateTempSubdirectory("fetch-etl-tests-").FullName;

    [Theory]
    [InlineData(OperatingSystemKind.Linux, "apt-get", "sudo apt-get install postgresql")]
    [InlineData(OperatingSystemKind.Linux, "dnf", "sudo dnf install postgresql-server")]
    [InlineData(OperatingSystemKind.Linux, "apk", "sudo apk add postgresql")]
    [InlineData(OperatingSystemKind.MacOS, "brew", "brew install postgresql@17")]
    [InlineData(OperatingSystemKind.Windows, "winget.exe", "winget install PostgreSQL.PostgreSQL.17")]
    internal async Task Without_binaries_the_failure_names_the_folders_and_the_remedy_of_the_system(
        OperatingSystemKind system, string packageManager, string remedy)
    {
        Install("bin", packageManager);
        var machine = MachineWith(system, path: ["bin"]);

        var failure = await Assert.ThrowsAsync<LocalPostgresException>(
            () => PostgresBinaries.FindOrInstallAsync(machine, Assert.Fail, CancellationToken.None));

        Assert.Contains(Path.Combine(_root, "versions"), failure.Message, StringComparison.Ordinal);
        Assert.Contains($"Install it with: {remedy} ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("ConnectionStrings__Logins", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public void The_PATH_comes_before_newer_versions_elsewhere()
    {
        Install("bin", Programs);
        Install("versions/17/bin", Programs);

        Assert.Equal("bin", FoundFolder(path: ["nowhere", "bin"]));
    }

    [Fact]
    public void The_newest_installed_version_is_used()
    {
        Install("versions/9.6/bin", Programs);
        Install("versions/15/bin", Programs);
        Install("versions/17/bin", Programs);

        Assert.Equal("versions/17/bin", FoundFolder(path: []));
    }

    [Fact]
    public void A_version_without_its_server_is_skipped()
    {
        Install("versions/17/bin", "initdb", "pg_ctl");
        Install("versions/15/bin", Programs);

        Assert.Equal("versions/15/bin", FoundFolder(path: []));
    }

    [Fact]
    public void Homebrew_folders_are_ordered_by_the_version_in_their_names()
    {
        Install("versions/postgresql@9.6/bin", Programs);
        Install("versions/postgresql@17/bin", Programs);
        Install("versions/postgresql/bin", Programs);

        Assert.Equal("versions/postgresql@17/bin", FoundFolder(path: []));
    }

    [Fact]
    public void A_link_on_the_PATH_leads_to_the_programs_beside_its_target()
    {
        Install("real/bin", Programs);
        Directory.CreateDirectory(Path.Combine(_root, "links"));
        File.CreateSymbolicLink(Path.Combine(_root, "links", "initdb"), Path.Combine(_root, "real", "bin", "initdb"));

        Assert.Equal("real/bin", FoundFolder(path: ["links"]));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private string? FoundFolder(string[] path) =>
        PostgresBinaries.Find(MachineWith(OperatingSystemKind.Linux, path)) is { } found
            ? Path.GetRelativePath(_root, Path.GetDirectoryName(found.Server)!).Replace('\\', '/')
            : null;

    private Machine MachineWith(OperatingSystemKind system, string[] path) => new(
        system,
        [.. path.Select(folder => Path.Combine(_root, folder))],
        [new InstallPlace(Path.Combine(_root, "versions"), "*")],
        IsRoot: false);

    private void Install(string folder, params string[] programs)
    {
        Directory.CreateDirectory(Path.Combine(_root, folder));
        foreach (var program in programs)
        {
            File.WriteAllText(Path.Combine(_root, folder, program), "");
        }
    }
}
