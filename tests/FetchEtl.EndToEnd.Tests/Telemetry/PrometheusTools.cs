using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using FetchEtl.Testing;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>A real Prometheus that scrapes one address each second, and its tool.</summary>
internal sealed class PrometheusTools : IAsyncDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo _folder;
    private readonly HttpClient _client;

    private PrometheusTools(Process process, DirectoryInfo folder, int port)
    {
        (_process, _folder) = (process, folder);
        _client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    /// <summary>Whether Debian's package prometheus, or another, is on the path.</summary>
    public static bool AreInstalled { get; } =
        Programs.Find("prometheus") is not null && Programs.Find("promtool") is not null;

    /// <summary>Runs <c>promtool check metrics</c>.</summary>
    /// <returns>Its exit code and what it says.</returns>
    public static async Task<(int ExitCode, string Problems)> CheckMetricsAsync(string scrape)
    {
        using var promtool = Process.Start(new ProcessStartInfo("promtool", ["check", "metrics"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        var problems = promtool.StandardError.ReadToEndAsync();
        await promtool.StandardInput.WriteAsync(scrape);
        promtool.StandardInput.Close();
        await promtool.WaitForExitAsync();
        return (promtool.ExitCode, await problems);
    }

    public static async Task<PrometheusTools> StartAsync(Uri target)
    {
        var folder = Directory.CreateTempSubdirectory("fetchetl-prometheus-");
        var configuration = Path.Combine(folder.FullName, "prometheus.yml");
        await File.WriteAllTextAsync(configuration, $$"""
            global: { scrape_interval: 1s }
            scrape_configs:
              - job_name: fetch-etl
                static_configs: [ { targets: [ '{{target.Authority}}' ] } ]
            """);
        var port = FreePort();
        var process = Process.Start(new ProcessStartInfo("prometheus",
        [
            $"--config.file={configuration}", $"--storage.tsdb.path={folder.FullName}/data",
            $"--web.listen-address=127.0.0.1:{port}", "--log.level=error",
        ])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return new PrometheusTools(process, folder, port);
    }

    /// <summary>The value of the only series of a query; null while there is none.</summary>
    public async Task<string?> QueryAsync(string query)
    {
        try
        {
            var answer = await _client.GetFromJsonAsync<JsonElement>(
                $"/api/v1/query?query={Uri.EscapeDataString(query)}");
            var series = answer.GetProperty("data").GetProperty("result");
            return series.GetArrayLength() == 1 ? series[0].GetProperty("value")[1].GetString() : null;
        }
        catch (HttpRequestException) when (!_process.HasExited)
        {
            // It does not listen yet.
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _client.Dispose();
        _folder.Delete(recursive: true);
    }

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}

/// <summary>A test of a real Prometheus. Where it is missing, the test is skipped with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PrometheusFactAttribute : FactAttribute
{
    public PrometheusFactAttribute()
    {
        if (!PrometheusTools.AreInstalled)
        {
            Skip = "prometheus and promtool are not on the path: install Debian's package prometheus.";
        }
    }
}
