namespace FetchEtl.Local;

/// <summary>The three programs that a private server needs, from one installation.</summary>
internal sealed record PostgresBinaries(string InitDb, string Server, string Control)
{
    /// <summary>
    /// The first complete set on the PATH, else the newest in the install folders. Null where there is none.
    /// </summary>
    public static PostgresBinaries? Find(Machine machine) => machine.SearchPath
        .SelectMany(folder => FolderAndTarget(folder, machine))
        .Concat(machine.InstallPlaces.SelectMany(place => place.NewestFirst()))
        .Select(folder => In(folder, machine))
        .FirstOrDefault(binaries => binaries is not null);

    /// <summary>
    /// Like <see cref="Find"/>. Where there is none, root on a Debian-like system installs the package.
    /// </summary>
    /// <exception cref="LocalPostgresException">PostgreSQL is missing, and it could not be installed.</exception>
    public static async Task<PostgresBinaries> FindOrInstallAsync(
        Machine machine, Action<string>? notice, CancellationToken cancellationToken)
    {
        if (Find(machine) is { } present)
        {
            return present;
        }

        if (machine is { HasApt: true, IsRoot: true })
        {
            notice?.Invoke(
                "PostgreSQL is missing on this machine: installing the postgresql package of the distribution.");
            await InstallAsync(cancellationToken);
        }

        return Find(machine) ?? throw new LocalPostgresException(
            "No PostgreSQL server was found: neither initdb and postgres on the PATH nor in " +
            string.Join(", ", machine.InstallPlaces.Select(place => Path.Combine(place.Parent, place.Pattern, "bin"))) +
            $". Install it with: {machine.Remedy} (or name your own server in ConnectionStrings__Logins).");
    }

    private static async Task InstallAsync(CancellationToken cancellationToken)
    {
        using var script = typeof(PostgresBinaries).Assembly.GetManifestResourceStream("install-postgresql.sh")!;
        using var reader = new StreamReader(script);
        var result = await PostgresTool.RunAsync(
            new("sh", ["-c", await reader.ReadToEndAsync(cancellationToken)], UsesProxies: true), cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new LocalPostgresException($"The postgresql package could not be installed: {result.ErrorText}");
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
    /// The PATH can contain links to only some of the programs. The others lie beside the target of the link.
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
