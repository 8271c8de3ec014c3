using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace FetchEtl.Testing;

/// <summary>
/// A private pgbouncer in front of a server, with two server connections, or enough for every client where each keeps
/// its own. It ends with this object.
/// </summary>
public sealed class PgBouncer : IAsyncDisposable
{
    // Another process can take the port between its choice and the start.
    private const int Starts = 3;

    private readonly Process _process;
    private readonly string _folder;

    private PgBouncer(Process process, string folder, string connectionString)
    {
        _process = process;
        _folder = folder;
        ConnectionString = connectionString;
    }

    /// <summary>The program; null where it is not installed.</summary>
    public static string? Location { get; } = Programs.Find("pgbouncer");

    /// <summary>Npgsql's connection string to the same database, over pgbouncer.</summary>
    public string ConnectionString { get; }

    /// <param name="connectionString">The database, with its user and password.</param>
    /// <param name="poolMode">session, transaction or statement.</param>
    public static async Task<PgBouncer> StartAsync(string connectionString, string poolMode)
    {
        for (var start = 1; ; start++)
        {
            var (bouncer, port) = await BeginAsync(connectionString, poolMode);
            try
            {
                await bouncer.ConnectAsync(port);
                return bouncer;
            }
            catch (SocketException)
            {
                await bouncer.DisposeAsync();
                if (start == Starts)
                {
                    throw;
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<(PgBouncer Bouncer, int Port)> BeginAsync(string connectionString, string poolMode)
    {
        var server = new NpgsqlConnectionStringBuilder(connectionString);
        var folder = Directory.CreateTempSubdirectory("fetch-etl-pgbouncer-").FullName;
        var port = FreePort();
        var users = Path.Combine(folder, "users.txt");
        var settings = Path.Combine(folder, "pgbouncer.ini");
        await File.WriteAllTextAsync(users, $"\"{server.Username}\" \"{server.Password}\"\n");
        await File.WriteAllTextAsync(
            settings,
            string.Create(CultureInfo.InvariantCulture, $"""
                [databases]
                * = host={server.Host} port={server.Port}
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = {port}
                unix_socket_dir =
                auth_type = plain
                auth_file = {users}
                pool_mode = {poolMode}
                default_pool_size = {(poolMode == "session" ? 20 : 2)}
                ignore_startup_parameters = extra_float_digits
                """));
        var arguments = new List<string> { settings };
        if (!OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess)
        {
            // pgbouncer refuses to run as root.
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
            arguments.InsertRange(0, ["-u", "nobody"]);
        }

        var process = Process.Start(new ProcessStartInfo(Location!, arguments)
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        })!;

        // Its log goes to standard error; unread, a full pipe would stop it.
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        var pooled = new NpgsqlConnectionStringBuilder(connectionString) { Host = "127.0.0.1", Port = port };
        return (new PgBouncer(process, folder, pooled.ConnectionString), port);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task ConnectAsync(int port)
    {
        while (true)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (!_process.HasExited)
            {
                await Task.Yield();
            }
        }
    }
}
