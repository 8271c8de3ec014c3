using FetchEtl.Service;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Benchmarks;

/// <summary>
/// An additional worker in this process, whose metrics, spans and structured logs can be read. No strike stops it, so a
/// small prefetch limits its share of the messages.
/// </summary>
internal sealed class ObservedWorker : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly Telemetry _telemetry;

    private ObservedWorker(IHost host, Telemetry telemetry)
    {
        _host = host;
        _telemetry = telemetry;
    }

    public IServiceProvider Services => _host.Services;

    public static async Task<ObservedWorker> StartAsync(
        IReadOnlyDictionary<string, string> settings, CanaryWatch canaries, CancellationToken cancellationToken)
    {
        var builder = ServiceHost.CreateConsumer(
        [
            .. settings.Select(x => $"--{x.Key.Replace("__", ":", StringComparison.Ordinal)}={x.Value}"),
            "--Sqs:PrefetchCount=10",
        ]);

        // The console shows only the progress of the run.
        builder.Logging.ClearProviders().AddProvider(new CanaryLogs(canaries));
        var worker = new ObservedWorker(builder.Build(), new Telemetry(canaries));
        await worker._host.StartAsync(cancellationToken);
        return worker;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        _telemetry.Dispose();
    }
}
