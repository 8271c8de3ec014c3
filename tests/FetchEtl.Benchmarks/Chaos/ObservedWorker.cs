using FetchEtl.Service;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Benchmarks;

/// <summary>
/// One more worker, in this process, so that metrics, spans and structured logs can be read. No signal reaches it, so it is kept
/// to a small share of the messages.
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

        // The console is the run's own.
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
