namespace FetchEtl.Local;

/// <summary>The three programs that a private server needs, all of one installation.</summary>
internal sealed record PostgresBinaries(string InitDb, string Server, string Control)
{
    /// <summary>The first complete set on the PATH, else the newest of the places where installers put it.</summary>
    public static PostgresBinaries? Find(Machine machine) => machine.SearchPath
        .SelectMany(folder => FolderAndTarget(folder, machine))
        .Concat(machine.InstallPlaces.SelectMany(place => place.NewestFirst()))
        .Select(folder => In(folder, machine))
        .FirstOrDefault(binaries => binaries is not null);

    /// <summary>As <see cref="Find"/>, and where there is none, root on a Debian-like system installs it.</summary>
    /// <exception cref="LocalPostgresException">There is none, and none may or could be installed.</exception>
    public static async Task<PostgresBinaries> FindOrInstallAsync(
        Machine machine, Action<string>? notice, CancellationToken cancellationToken)
    {
        if (Find(machine) is { } present)
        {
            return present;
        }

        if (machine is { HasApt: true, IsRoot: true })
        {
            notice?.Invoke("PostgreSQL is not on this machine: installing the distribution's postgresql package.");
            await InstallAsync(cancellationToken);
        }

        return Find(machine) ?? throw new LocalPostgresException(
            "No PostgreSQL server was found: neither initdb and postgres on the PATH nor in " +
            string.Join(", ", machine.InstallPlaces.Select(place => Path.Combine(place.Parent, place.Pattern, "bin"))) +
            $". Get one with: {machine.Remedy} (or name a server of your own in ConnectionStrings__Logins).");
    }

    private static async Task InstallAsync(CancellationToken cancellationToken)
    {
        using var script = typeof(PostgresBinaries).Assembly.GetManifestResourceStream("install-postgresql.sh")!;
        using var reader = new StreamReader(script);
        var result = await PostgresTool.RunAsync(
            new("sh", ["-c", await reader.ReadToEndAsync(cancellationToken)]), cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new LocalPostgresException($"Installing the postgresql package failed: {result.ErrorText}");
        }
    }

    private static PostgresBinaries? In(string folder, Machine machine)
    {
        var binaries = new PostgresBinaries(
            Path.Combine(folder, machine.FileName("initdb")),
            Path.Combine(folder, machine.FileName("postgres")),
            Path.Combine(folder, machine.FileName("pg_ctl")));
        return File.Exists(binaries.InitDb) && File.Exists(binaries.Server) && File.Exists(binaries.Control)
            ? binaries
            : null;
    }

    /// <summary>
    /// A link on the PATH may name only some of the programs; the others lie beside what it points to.
    /// </summary>
    private static IEnumerable<string> FolderAndTarget(string folder, Machine machine)
    {
        yield return folder;

        var initDb = new FileInfo(Path.Combine(folder, machine.FileName("initdb")));
        if (initDb.Exists && initDb.ResolveLinkTarget(returnFinalTarget: true) is { } target)
        {
            yield return Path.GetDirectoryName(target.FullName)!;
        }
    }
}
