using System.Diagnostics.Metrics;
using FetchEtl.Service.Settings;
using FetchEtl.Sqs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service.Drain;

/// <summary>Runs a consumer host until its queue is empty.</summary>
internal sealed class Drainer(IHost host, IProgress<DrainProgress>? progress = null)
{
    // AWS counts a queue's messages approximately: one zero proves little.
    private const int ZerosInARow = 3;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly TimeProvider _time = host.Services.GetRequiredService<TimeProvider>();
    private readonly SqsSettings _settings = host.Services.GetRequiredService<IOptions<SqsSettings>>().Value;
    private readonly SqsClient _client = host.Services.GetRequiredService<SqsClient>();

    /// <summary>
    /// Ends when the queue is empty, or when nothing was settled for two visibility timeouts: what is left then is held by
    /// somebody else or faults time after time. Cancelling ends it too.
    /// </summary>
    /// <returns>What was done, and what had to be left behind.</returns>
    public async Task<(DrainSummary Summary, QueueDepth Left)> RunAsync(CancellationToken cancellationToken)
    {
        using var metrics = new DrainMetrics(host.Services.GetRequiredService<IMeterFactory>());
        await host.StartAsync(cancellationToken);

        var queueUrl = await _client.GetQueueUrlAsync(_settings.QueueName, cancellationToken);
        var started = _time.GetTimestamp();
        var settledAt = started;
        var patience = TimeSpan.FromSeconds(Math.Max(60, 2 * _settings.VisibilityTimeoutSeconds));
        var depth = new QueueDepth(0, 0, 0);
        var settled = 0L;
        try
        {
            for (var zeros = 0; zeros < ZerosInARow && _time.GetElapsedTime(settledAt) < patience;)
            {
                await Task.Delay(Interval, _time, cancellationToken);
                if (metrics.Settled > settled)
                {
                    settled = metrics.Settled;
                    settledAt = _time.GetTimestamp();
                }

                depth = await QueueDepth.ReadAsync(_client, queueUrl, cancellationToken);
                zeros = depth.Total == 0 ? zeros + 1 : 0;
                progress?.Report(new DrainProgress(settled, depth.Total));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped by the user: what was done is told all the same.
        }

        await host.StopAsync(CancellationToken.None);
        if (depth.Total > 0 || cancellationToken.IsCancellationRequested)
            depth = await QueueDepth.ReadAsync(_client, queueUrl, CancellationToken.None);

        return (Summarize(metrics, _time.GetElapsedTime(started, settledAt)), depth);
    }

    private static DrainSummary Summarize(DrainMetrics metrics, TimeSpan elapsed) => new(
        metrics.Received,
        metrics.Written,
        metrics.Duplicates,
        metrics.DeadLettered,
        metrics.Returned,
        Math.Round(elapsed.TotalSeconds, 3),
        elapsed > TimeSpan.Zero ? Math.Round(metrics.Settled / elapsed.TotalSeconds, 1) : 0,
        metrics.ApiCallsByOperation());
}
