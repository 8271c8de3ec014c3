using Microsoft.Extensions.Hosting;

namespace FetchEtl.Service;

/// <summary>Samples the work of this process once a second, for the page's rates and chart.</summary>
internal sealed class StatusSampler(WorkMeter meter, StatusHistory history, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                history.Add(meter.Now);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The page shows the last sample until the server stops.
        }
    }
}
