using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace FetchEtl.Service;

/// <summary>
/// Exports what is left when the host stops: all signals at once, and for a limited time. Without it, OpenTelemetry
/// does so when the host is disposed, and each signal waits up to 5 s for a collector that does not answer, one after
/// another.
/// </summary>
internal sealed class TelemetryStop(IServiceProvider services) : IHostedService
{
    /// <summary>How long an end may wait for the collector.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken)
    {
        var milliseconds = (int)Limit.TotalMilliseconds;
        return Task.WhenAll(
            Run(() => services.GetService<MeterProvider>()?.Shutdown(milliseconds)),
            Run(() => services.GetService<TracerProvider>()?.Shutdown(milliseconds)),
            Run(() => services.GetService<LoggerProvider>()?.Shutdown(milliseconds)));

        // A thread of its own: each call blocks.
        static Task Run(Action stop) => Task.Factory.StartNew(
            stop, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }
}
