using System.Globalization;
using System.Security.Cryptography;

namespace FetchEtl.Local;

/// <summary>
/// A private PostgreSQL server for demos and tests, made from the machine's own binaries: fresh data folder under the
/// temporary path, free port on 127.0.0.1, random password, no Unix socket. It is gone, folder and all, when it is
/// disposed or when this process ends, in whatever way, and not before, even if nothing refers to it any more. Root
/// steps down to the user <c>postgres</c>, else <c>nobody</c>, as PostgreSQL demands.
/// </summary>
/// <remarks>
/// Programs are looked for on the PATH, then under <c>/usr/lib/postgresql</c>, Homebrew's <c>postgresql*</c> or
/// <c>C:\Program Files\PostgreSQL</c>, newest version first. Where there are none, root on a Debian-like system
/// installs the distribution's <c>postgresql</c> package. Windows goes the same way as Linux and macOS, with PowerShell
/// in place of sh, but has not been tried. Not thread-safe: start, stop and dispose one after the other.
/// </remarks>
public sealed class LocalPostgres : IAsyncDisposable
{
    private const string UserName = "postgres";
    private const int PortAttempts = 10;

    private readonly PostgresBinaries _binaries;
    private readonly string? _systemUser;
    private readonly string _folder;
    private readonly string _password = RandomNumberGenerator.GetHexString(32, lowercase: true);
    private readonly PostgresWatchdog _watchdog;
    private int _port;
    private bool _disposed;

    private LocalPostgres(Machine machine, PostgresBinaries binaries, string? systemUser, string serverVersion)
    {
        _binaries = binaries;
        _systemUser = systemUser;
        ServerVersion = serverVersion;
        _folder = Directory.CreateTempSubdirectory("fetch-etl-postgres-").FullName;
        _watchdog = PostgresWatchdog.Start(
            machine, systemUser, _folder, [binaries.Control, .. StopArguments(PostgresStop.Immediate)]);
    }

    /// <summary>Npgsql's connection string: the superuser, in the empty database <c>postgres</c>.</summary>
    public string ConnectionString => FormattableString.Invariant(
        $"Host=127.0.0.1;Port={_port};Username={UserName};Password={_password};Database=postgres");

    /// <summary>
    /// The server's version as it states it, such as <c>17.2</c> or <c>15.18 (Debian 15.18-0+deb12u1)</c>.
    /// </summary>
    public string ServerVersion { get; }

    /// <summary>
    /// The server's own log. It quotes failing statements and rows, so it may hold what clients sent.
    /// </summary>
    public string LogFile => Path.Combine(_folder, "server.log");

    /// <summary>The postmaster's process id. Only while the server runs.</summary>
    internal int ServerProcessId =>
        int.Parse(File.ReadLines(Path.Combine(DataFolder, "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    internal string Folder => _folder;

    private string DataFolder => Path.Combine(_folder, "data");

    /// <summary>
    /// Starts a server; it takes connections when the task completes, usually after one to two seconds.
    /// </summary>
    /// <exception cref="LocalPostgresException">
    /// No binaries, or they did not start. The message names the remedy.
    /// </exception>
    public static async Task<LocalPostgres> StartAsync(
        LocalPostgresOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new LocalPostgresOptions();
        var machine = Machine.Current();
        var binaries = await PostgresBinaries.FindOrInstallAsync(machine, options.Notice, cancellationToken);
        var systemUser = machine.IsRoot ? await FindUserToStepDownToAsync(cancellationToken) : null;
        var version = await RunOrThrowAsync(new(binaries.Server, ["--version"]), cancellationToken);

        // As in "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)".
        var versionAlone = version[(version.IndexOf(')', StringComparison.Ordinal) + 1)..].Trim();
        var server = new LocalPostgres(machine, binaries, systemUser, versionAlone);
        try
        {
            await server.CreateDataFolderAsync(options.Settings, cancellationToken);
            await server.StartOnFreePortAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops the server and starts it again: same data, same port, same connection string.</summary>
    /// <exception cref="LocalPostgresException">It did not stop or did not come back.</exception>
    public async Task RestartAsync(PostgresStop mode, CancellationToken cancellationToken = default)
    {
        await StopServerAsync(mode, cancellationToken);
        await StartServerAsync(cancellationToken);
    }

    /// <summary>Stops the server and keeps its data, for <see cref="StartServerAsync"/> to take up again.</summary>
    /// <exception cref="LocalPostgresException">It did not stop within 60 seconds, or was not running.</exception>
    public Task StopServerAsync(PostgresStop mode, CancellationToken cancellationToken = default) =>
        RunOrThrowAsync(AsServer(_binaries.Control, StopArguments(mode)), cancellationToken);

    /// <summary>Starts the stopped server again; it takes connections when the task completes.</summary>
    /// <exception cref="LocalPostgresException">It did not start within 60 seconds; the message quotes why.</exception>
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

        // What is left is a folder that the server's user may empty but not remove.
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static async Task<string> FindUserToStepDownToAsync(CancellationToken cancellationToken)
    {
        foreach (var user in new[] { "postgres", "nobody" })
        {
            if ((await PostgresTool.RunAsync(new("id", ["-u", user]), cancellationToken)).ExitCode == 0)
            {
                return user;
            }
        }

        throw new LocalPostgresException(
            "PostgreSQL refuses to run as root, and there is neither a user 'postgres' nor 'nobody' to step down to. " +
            "Create one, or run this as another user.");
    }

    private async Task CreateDataFolderAsync(
        IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var passwordFile = Path.Combine(_folder, "password");
        await File.WriteAllTextAsync(passwordFile, _password, cancellationToken);
        if (_systemUser is not null)
        {
            await RunOrThrowAsync(new("chown", ["-R", _systemUser, _folder]), cancellationToken);
        }

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
            // Below the range that systems take ports for outgoing connections from, so that nobody takes it during a
            // restart.
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

    /// <summary>Gives null, or what the server's log says about why it did not start.</summary>
    private async Task<string?> TryStartServerAsync(CancellationToken cancellationToken)
    {
        // Only what this start wrote: earlier lines may quote what clients sent.
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
            return $"pg_ctl ended with {result.ExitCode} and left no log.";
        }

        await using var stream = new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Position = earlier;
        using var reader = new StreamReader(stream);
        return (await reader.ReadToEndAsync(cancellationToken)).Trim();
    }

    private string[] StopArguments(PostgresStop mode) =>
        ["stop", "-D", DataFolder, "-m", mode is PostgresStop.Fast ? "fast" : "immediate", "-w", "-t", "60"];

    private ToolCommand AsServer(string program, string[] arguments) => new(program, arguments, _systemUser, _folder);

    private static async Task<string> RunOrThrowAsync(ToolCommand command, CancellationToken cancellationToken)
    {
        var result = await PostgresTool.RunAsync(command, cancellationToken);
        return result.ExitCode == 0
            ? result.Output
            : throw new LocalPostgresException(
                $"{Path.GetFileName(command.Program)} ended with {result.ExitCode}: {result.ErrorText}");
    }
}
