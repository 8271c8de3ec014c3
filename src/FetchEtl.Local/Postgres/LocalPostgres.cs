using System.Globalization;
using System.Security.Cryptography;

namespace FetchEtl.Local;

/// <summary>
/// A private PostgreSQL server for demos and tests, from the machine's own binaries: new data folder under the
/// temporary path, free port on 127.0.0.1, random password, no Unix socket. The server and its folder last until this
/// object is disposed or this process ends, however it ends, even if nothing refers to the object. Root runs the server
/// as the user <c>postgres</c>, else <c>nobody</c>, because PostgreSQL refuses to run as root.
/// </summary>
/// <remarks>
/// The programs come from the PATH, else from <c>/usr/lib/postgresql</c>, Homebrew's <c>postgresql*</c> or
/// <c>C:\Program Files\PostgreSQL</c>, newest version first. Where there are none, root on a Debian-like system
/// installs the distribution's <c>postgresql</c> package. On Windows PowerShell replaces sh; this is untested. Not
/// thread-safe: start, stop and dispose one after the other.
/// </remarks>
public sealed class LocalPostgres : IAsyncDisposable
{
    private const string UserName = "postgres";
    private const int PortAttempts = 10;

    private readonly PostgresBinaries _binaries;
    private readonly string? _systemUser;
    private readonly string _folder;
    private readonly string _password;
    private readonly PostgresWatchdog _watchdog;
    private int _port;
    private bool _disposed;

    private LocalPostgres(
        PostgresBinaries binaries,
        string? systemUser,
        string serverVersion,
        string folder,
        string password,
        PostgresWatchdog watchdog)
    {
        _binaries = binaries;
        _systemUser = systemUser;
        ServerVersion = serverVersion;
        _folder = folder;
        _password = password;
        _watchdog = watchdog;
    }

    /// <summary>Npgsql's connection string: the superuser, in the empty database <c>postgres</c>.</summary>
    public string ConnectionString => FormattableString.Invariant(
        $"Host=127.0.0.1;Port={_port};Username={UserName};Password={_password};Database=postgres");

    /// <summary>
    /// The version that the server reports, such as <c>17.2</c> or <c>15.18 (Debian 15.18-0+deb12u1)</c>.
    /// </summary>
    public string ServerVersion { get; }

    /// <summary>
    /// The server's own log. It quotes failing statements and rows, so it can contain data that clients sent.
    /// </summary>
    public string LogFile => Path.Combine(_folder, "server.log");

    /// <summary>The process id of the postmaster. Only while the server runs.</summary>
    public int ServerProcessId =>
        int.Parse(File.ReadLines(Path.Combine(DataFolder, "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    internal string Folder => _folder;

    private string DataFolder => DataFolderIn(_folder);

    /// <summary>
    /// Starts a server. It accepts connections when the task completes, usually after one to two seconds.
    /// </summary>
    /// <exception cref="LocalPostgresException">
    /// PostgreSQL is missing or did not start. The message names the remedy.
    /// </exception>
    public static async Task<LocalPostgres> StartAsync(
        LocalPostgresOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new LocalPostgresOptions();
        var machine = Machine.Current();
        var binaries = await PostgresBinaries.FindOrInstallAsync(machine, options.Notice, cancellationToken);
        var systemUser = machine.IsRoot ? await FindUnprivilegedUserAsync(cancellationToken) : null;
        var version = await RunOrThrowAsync(new(binaries.Server, ["--version"]), cancellationToken);

        // The output is such as "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)".
        var versionAlone = version[(version.IndexOf(')', StringComparison.Ordinal) + 1)..].Trim();
        var folder = Directory.CreateTempSubdirectory("fetch-etl-postgres-").FullName;
        var server = new LocalPostgres(
            binaries,
            systemUser,
            versionAlone,
            folder,
            RandomNumberGenerator.GetHexString(32, lowercase: true),
            StartWatchdog(machine, binaries, systemUser, folder));
        return await server.StartNewAsync(
            () => server.CreateDataFolderAsync(options.Settings, cancellationToken), cancellationToken);
    }

    /// <summary>
    /// Starts a streaming standby of this server: a server of its own, with the same password, that follows this one's
    /// log. It is read-only until it is promoted.
    /// </summary>
    /// <param name="name">
    /// Its name in <c>synchronous_standby_names</c> and <c>pg_stat_replication</c>: letters, digits and underscores.
    /// </param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <returns>The standby. Dispose it before this server.</returns>
    /// <exception cref="LocalPostgresException">The copy failed, or the standby did not start.</exception>
    public async Task<LocalPostgres> StartStandbyAsync(string name, CancellationToken cancellationToken = default)
    {
        var folder = Directory.CreateTempSubdirectory("fetch-etl-postgres-").FullName;
        var standby = new LocalPostgres(
            _binaries,
            _systemUser,
            ServerVersion,
            folder,
            _password,
            StartWatchdog(Machine.Current(), _binaries, _systemUser, folder));
        return await standby.StartNewAsync(
            () => standby.CopyDataFolderAsync(this, name, cancellationToken), cancellationToken);
    }

    /// <summary>
    /// Makes this standby a primary, as at a failover. It accepts writes when the task completes.
    /// </summary>
    /// <exception cref="LocalPostgresException">The server is no standby, or was not promoted within 60 s.</exception>
    public Task PromoteAsync(CancellationToken cancellationToken = default) =>
        RunOrThrowAsync(
            AsServer(_binaries.Control, ["promote", "-D", DataFolder, "-w", "-t", "60"]), cancellationToken);

    /// <summary>Stops the server and starts it again with the same data, port and connection string.</summary>
    /// <exception cref="LocalPostgresException">The server did not stop or did not start again.</exception>
    public async Task RestartAsync(PostgresStop mode, CancellationToken cancellationToken = default)
    {
        await StopServerAsync(mode, cancellationToken);
        await StartServerAsync(cancellationToken);
    }

    /// <summary>Stops the server and keeps its data. <see cref="StartServerAsync"/> starts it again.</summary>
    /// <exception cref="LocalPostgresException">
    /// The server did not stop within 60 seconds, or was not running.
    /// </exception>
    public Task StopServerAsync(PostgresStop mode, CancellationToken cancellationToken = default) =>
        RunOrThrowAsync(AsServer(_binaries.Control, StopArguments(DataFolder, mode)), cancellationToken);

    /// <summary>Starts the stopped server. It accepts connections when the task completes.</summary>
    /// <exception cref="LocalPostgresException">
    /// The server did not start within 60 seconds. The message quotes its log.
    /// </exception>
    public async Task StartServerAsync(CancellationToken cancellationToken = default)
    {
        if (await TryStartServerAsync(cancellationToken) is { } failure)
        {
            throw new LocalPostgresException($"PostgreSQL did not start on port {_port}: {failure}");
        }
    }

    /// <summary>Stops the server at once and removes its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _watchdog.DisposeAsync();

        // The server's user can empty the folder but not remove it.
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static PostgresWatchdog StartWatchdog(
        Machine machine, PostgresBinaries binaries, string? systemUser, string folder)
    {
        try
        {
            return PostgresWatchdog.Start(
                machine,
                systemUser,
                folder,
                [binaries.Control, .. StopArguments(DataFolderIn(folder), PostgresStop.Immediate)]);
        }
        catch
        {
            Directory.Delete(folder);
            throw;
        }
    }

    private static async Task<string> FindUnprivilegedUserAsync(CancellationToken cancellationToken)
    {
        foreach (var user in new[] { "postgres", "nobody" })
        {
            if ((await PostgresTool.RunAsync(new("id", ["-u", user]), cancellationToken)).ExitCode == 0)
            {
                return user;
            }
        }

        throw new LocalPostgresException(
            "PostgreSQL refuses to run as root, and this system has neither a user 'postgres' nor a user 'nobody'. " +
            "Create one of them, or run this program as another user.");
    }

    private async Task<LocalPostgres> StartNewAsync(Func<Task> createDataFolder, CancellationToken cancellationToken)
    {
        try
        {
            await createDataFolder();
            await StartOnFreePortAsync(cancellationToken);
            return this;
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>The copy holds the primary's settings, and the connection to it with this standby's name.</summary>
    private async Task CopyDataFolderAsync(LocalPostgres primary, string name, CancellationToken cancellationToken)
    {
        await GiveFolderAsync(cancellationToken);

        // The PATH can contain links to only some of the programs. This one lies beside the target of the link.
        var control = new FileInfo(_binaries.Control).ResolveLinkTarget(returnFinalTarget: true)?.FullName
            ?? _binaries.Control;
        var program = Path.Combine(
            Path.GetDirectoryName(control)!, Machine.Current().FileName("pg_basebackup"));
        var source = FormattableString.Invariant(
            $"host=127.0.0.1 port={primary._port} user={UserName} password={_password} application_name={name}");
        await RunOrThrowAsync(
            AsServer(program, ["-D", DataFolder, "-R", "-X", "stream", "-c", "fast", "--no-sync", "-d", source]),
            cancellationToken);
    }

    /// <summary>Where root starts the server, its user owns the folder.</summary>
    private async Task GiveFolderAsync(CancellationToken cancellationToken)
    {
        if (_systemUser is not null)
        {
            await RunOrThrowAsync(new("chown", ["-R", _systemUser, _folder]), cancellationToken);
        }
    }

    private async Task CreateDataFolderAsync(
        IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var passwordFile = Path.Combine(_folder, "password");
        await File.WriteAllTextAsync(passwordFile, _password, cancellationToken);
        await GiveFolderAsync(cancellationToken);
        await RunOrThrowAsync(
            AsServer(
                _binaries.InitDb,
                [
                    "-D", DataFolder, "-U", UserName, $"--pwfile={passwordFile}", "--auth=scram-sha-256",
                    "--encoding=UTF8", "--locale=C", "--no-sync",
                ]),
            cancellationToken);
        File.Delete(passwordFile);

        await File.AppendAllLinesAsync(
            Path.Combine(DataFolder, "postgresql.conf"), PostgresSettings.Lines(settings), cancellationToken);
    }

    private async Task StartOnFreePortAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            // Below the range of ports for outgoing connections, so that no connection takes the port during a restart.
            _port = RandomNumberGenerator.GetInt32(20_000, 32_768);
            if (await TryStartServerAsync(cancellationToken) is not { } failure)
            {
                return;
            }

            if (attempt == PortAttempts || !failure.Contains("could not bind", StringComparison.Ordinal))
            {
                throw new LocalPostgresException($"PostgreSQL did not start: {failure}");
            }
        }
    }

    /// <summary>Returns null, or what the server logged if it did not start.</summary>
    private async Task<string?> TryStartServerAsync(CancellationToken cancellationToken)
    {
        // Only the lines of this start are read: earlier ones can quote data that clients sent.
        var earlier = new FileInfo(LogFile) is { Exists: true } log ? log.Length : 0;
        var port = _port.ToString(CultureInfo.InvariantCulture);
        var start = AsServer(
            _binaries.Control, ["start", "-D", DataFolder, "-l", LogFile, "-w", "-t", "60", "-o", $"-p {port}"]);
        var result = await PostgresTool.RunAsync(start with { LeavesProcesses = true }, cancellationToken);
        if (result.ExitCode == 0)
        {
            return null;
        }

        if (!File.Exists(LogFile))
        {
            return $"pg_ctl failed with exit code {result.ExitCode} and wrote no log.";
        }

        await using var stream = new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Position = earlier;
        using var reader = new StreamReader(stream);
        return (await reader.ReadToEndAsync(cancellationToken)).Trim();
    }

    private static string DataFolderIn(string folder) => Path.Combine(folder, "data");

    private static string[] StopArguments(string dataFolder, PostgresStop mode) =>
        ["stop", "-D", dataFolder, "-m", mode is PostgresStop.Fast ? "fast" : "immediate", "-w", "-t", "60"];

    private ToolCommand AsServer(string program, string[] arguments) => new(program, arguments, _systemUser, _folder);

    private static async Task<string> RunOrThrowAsync(ToolCommand command, CancellationToken cancellationToken)
    {
        var result = await PostgresTool.RunAsync(command, cancellationToken);
        return result.ExitCode == 0
            ? result.Output
            : throw new LocalPostgresException(
                $"{Path.GetFileName(command.Program)} failed with exit code {result.ExitCode}: {result.ErrorText}");
    }
}
