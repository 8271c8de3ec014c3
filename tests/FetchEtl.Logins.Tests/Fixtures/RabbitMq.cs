using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FetchEtl.Logins.Tests;

/// <summary>A private RabbitMQ, with its own files and ports. It ends with this object.</summary>
internal sealed class RabbitMq : IAsyncDisposable
{
    // Debian's command of this name changes the user; the script does not.
    private const string Script = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    // Another process can take a port between its choice and RabbitMQ's start.
    private const int Starts = 3;

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fetch-etl-rabbitmq-");
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ProcessStartInfo _start;
    private readonly string _mapperPort = FreePort();
    private Process _process = null!;

    private RabbitMq()
    {
        var port = FreePort();
        Address = new Uri($"amqp://guest:guest@127.0.0.1:{port}");
        _start = new ProcessStartInfo(Script)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["HOME"] = _folder.FullName,
                ["RABBITMQ_NODENAME"] = $"fetchetl{port}@localhost",
                ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
                ["RABBITMQ_NODE_PORT"] = port,
                ["RABBITMQ_DIST_PORT"] = FreePort(),
                ["RABBITMQ_MNESIA_BASE"] = Path.Combine(_folder.FullName, "data"),
                ["RABBITMQ_LOG_BASE"] = Path.Combine(_folder.FullName, "log"),
                ["RABBITMQ_PID_FILE"] = Path.Combine(_folder.FullName, "pid"),
                ["RABBITMQ_CONFIG_FILE"] = Path.Combine(_folder.FullName, "none"),
                ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(_folder.FullName, "plugins"),
                ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
                ["ERL_EPMD_PORT"] = _mapperPort,
                ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            },
        };
    }

    public static bool IsInstalled { get; } = File.Exists(Script);

    public Uri Address { get; }

    public static async Task<RabbitMq> StartAsync()
    {
        for (var start = 1; ; start++)
        {
            var broker = new RabbitMq();
            try
            {
                if (await broker.IsReadyAsync())
                {
                    return broker;
                }
            }
            catch (TimeoutException)
            {
                await broker.DisposeAsync();
                throw;
            }

            var output = string.Join('\n', broker._output);
            await broker.DisposeAsync();
            if (start == Starts)
            {
                throw new InvalidOperationException($"RabbitMQ ended {Starts} times before it was ready:\n{output}");
            }
        }
    }

    /// <summary>
    /// Kills the broker and starts it again with its files and ports. Its durable queues keep what it had confirmed.
    /// </summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        if (!await IsReadyAsync())
        {
            throw new InvalidOperationException($"RabbitMQ did not start again:\n{string.Join('\n', _output)}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await StopMapperAsync();
        _folder.Delete(recursive: true);
    }

    private async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<bool> IsReadyAsync()
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = new Process { StartInfo = _start };
        _process.OutputDataReceived += (_, line) =>
        {
            _output.Enqueue(line.Data ?? "");
            if (line.Data is { } text && text.Contains("completed with", StringComparison.Ordinal))
            {
                ready.TrySetResult();
            }
        };
        _process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Task.WhenAny(ready.Task, _process.WaitForExitAsync()).WaitAsync(StartLimit);
        return ready.Task.IsCompleted;
    }

    /// <summary>Erlang's port mapper outlives its nodes, and ends on request once it knows of none.</summary>
    private async Task StopMapperAsync()
    {
        for (var attempt = 0; attempt < 20; attempt++)
        {
            using var kill = Process.Start(new ProcessStartInfo("epmd", ["-port", _mapperPort, "-kill"])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            await kill.WaitForExitAsync();
            if (kill.ExitCode == 0)
            {
                return;
            }

            await Task.Delay(100);
        }
    }

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }
}
