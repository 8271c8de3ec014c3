using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

/// <summary>
/// Logs one line for each minute in which messages moved, and one for the whole run after the bus has stopped. Idle
/// minutes have none.
/// </summary>
/// <param name="read">Reads the work so far.</param>
/// <param name="readQueues">Asks SQS what is on the queues.</param>
/// <param name="settings">Name the queues.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Gets the lines.</param>
internal sealed class SummaryLog(
    Func<WorkTotals> read,
    Func<Task<QueueCounts>> readQueues,
    SqsSettings settings,
    TimeProvider time,
    ILogger<SummaryLog> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private WorkTotals _first = new();
    private WorkTotals _last = new();

    /// <summary>Creates it for a host.</summary>
    public static SummaryLog Create(IServiceProvider services)
    {
        var meter = services.GetRequiredService<WorkMeter>();
        var watch = services.GetRequiredService<QueueWatch>();
        return new SummaryLog(
            () => meter.Now,
            watch.ReadAsync,
            services.GetRequiredService<IOptions<SqsSettings>>().Value,
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<SummaryLog>>());
    }

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _first = _last = read();
        return base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        var run = read().Since(_first);
        if (!run.IsIdle)
        {
            Log.Ended(
                new ValuesLogger(logger, Values(run)),
                Words.Duration(run.At),
                run.Received,
                run.Written,
                run.PerSecond(run.Written),
                run.Duplicates,
                run.DeadLettered,
                StatusText.InParentheses(StatusText.Rules(run.DeadLettersByRule)),
                run.Returned,
                run.LeasesLost);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await ReportAsync().WaitAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The line of the whole run follows.
        }
    }

    private async Task ReportAsync()
    {
        var now = read();
        var work = now.Since(_last);
        _last = now;
        if (work.IsIdle)
        {
            return;
        }

        var counts = await readQueues();
        Log.Summary(
            new ValuesLogger(logger, [.. Values(work), .. Values(counts)]),
            Words.Duration(work.At),
            work.Received,
            work.Written,
            work.PerSecond(work.Written),
            work.Duplicates,
            work.DeadLettered,
            StatusText.InParentheses(StatusText.Rules(work.DeadLettersByRule)),
            work.Returned,
            work.LeasesLost,
            StatusText.Depths(counts, settings));
    }

    /// <summary>What the text says in words, as numbers.</summary>
    private static IReadOnlyList<KeyValuePair<string, object?>> Values(WorkTotals work) =>
    [
        new("Seconds", Math.Round(work.At.TotalSeconds, 3)),
        new("Rules", StatusText.Rules(work.DeadLettersByRule)),

        // Not below DeadLetters: log stores take a dot for a level, and a number has no levels.
        .. work.DeadLettersByRule.Select(
            rule => KeyValuePair.Create($"DeadLettersByRule.{rule.Key}", (object?)rule.Value)),
    ];

    private static IEnumerable<KeyValuePair<string, object?>> Values(QueueCounts counts)
    {
        return (counts.Queue is { } queue
            ?
            [
                Of("QueueVisible", queue.Visible),
                Of("QueueInFlight", queue.InFlight),
                Of("QueueDelayed", queue.Delayed),
            ]
            : Array.Empty<KeyValuePair<string, object?>>())
            .Concat(counts.DeadLetters is { } dead ? [Of("DeadLetterQueueMessages", dead.Total)] : []);

        static KeyValuePair<string, object?> Of(string name, long count) => new(name, count);
    }
}
