using FetchEtl.Sqs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

/// <summary>Reads what the status page shows now.</summary>
internal sealed class StatusReader(
    WorkMeter meter,
    StatusHistory history,
    QueueWatch watch,
    Readiness readiness,
    RecentFaults faults,
    SqsMetrics sqs,
    IOptions<SqsSettings> settings,
    TimeProvider time)
{
    private const string Unknown = "?";

    private static readonly TimeSpan RateTime = TimeSpan.FromSeconds(10);

    /// <summary>How long a page waits for SQS's counts. A reading that takes longer shows with a later event.</summary>
    private static readonly TimeSpan CountsPatience = TimeSpan.FromSeconds(1);

    /// <summary>Asks SQS for its counts, where that is due, and shows all values.</summary>
    public async Task<StatusView> ReadAsync()
    {
        await Task.WhenAny(watch.ReadAsync(), Task.Delay(CountsPatience, time));
        return Create(
            meter.Now,
            history.Since(RateTime),
            history.LastMinuteWithWork,
            history.Draw(),
            watch.Latest,
            watch.Age,
            await readiness.ReadAsync());
    }

    private StatusView Create(
        WorkTotals total,
        WorkTotals recent,
        WorkTotals minute,
        StatusChart chart,
        QueueCounts counts,
        TimeSpan? age,
        HealthReport health) => new(
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["version"] = ServiceVersion.Text,
            ["queue"] = settings.Value.QueueName,
            ["deadQueue"] = settings.Value.DeadLetterQueue,
            ["now"] = $"{time.GetUtcNow():yyyy-MM-dd HH:mm:ss}",
            ["uptime"] = Words.Duration(total.At),
            ["state"] = health.Status,
            ["receivedRate"] = StatusText.Rate(recent.PerSecond(recent.Received)),
            ["writtenRate"] = StatusText.Rate(recent.PerSecond(recent.Written)),
            ["receivedLine"] = chart.Received,
            ["writtenLine"] = chart.Written,
            ["area"] = chart.Area,
            ["peak"] = StatusText.Rate(chart.Peak),
            ["visible"] = Count(counts.Queue?.Visible),
            ["hidden"] = Count(counts.Queue?.InFlight),
            ["delayed"] = Count(counts.Queue?.Delayed),
            ["deadDepth"] = Count(counts.DeadLetters?.Total),
            ["depthNote"] = StatusText.DepthNote(counts, age),
            ["oldest"] = sqs.OldestReceivedAge is { } oldest && oldest > TimeSpan.Zero
                ? Words.Duration(oldest)
                : "none",
            ["lastReceived"] = StatusText.Ago(total.At - history.ReceivedAt),
            ["inFlight"] = Words.Number(sqs.InFlight),
            ["batch"] = minute.MeanBatch is { } batch ? StatusText.Rate(batch) : "none yet",
            ["delay"] = minute.MeanDelay is { } delay ? Words.Duration(delay) : "none yet",
            ["memory"] = $"{Environment.WorkingSet / (1024 * 1024)} MiB",
            ["received"] = Words.Number(total.Received),
            ["written"] = Words.Number(total.Written),
            ["duplicates"] = Words.Number(total.Duplicates),
            ["deadLetters"] = Words.Number(total.DeadLettered),
            ["returned"] = Words.Number(total.Returned),
            ["leasesLost"] = Words.Number(total.LeasesLost),
        },
        new Dictionary<string, IReadOnlyList<IReadOnlyList<StatusCell>>>(StringComparer.Ordinal)
        {
            ["checks"] =
            [
                .. health.Checks.Select(check => (IReadOnlyList<StatusCell>)
                    [new(check.Name), new(check.Status, check.Status), new(check.Reason)]),
            ],
            ["rules"] = OrNone(2, StatusText.Sorted(total.DeadLettersByRule).Select(rule =>
                (IReadOnlyList<StatusCell>)[new(rule.Key), new(Words.Number(rule.Value))])),
            ["faults"] = OrNone(5, faults.Lines.Select(line => (IReadOnlyList<StatusCell>)
            [
                new(Time(line.At)),
                Until(line),
                new(Level(line.Level), Level(line.Level)),
                new($"{line.Id}"),
                new(line.Text),
            ])),
        });

    private StatusCell Until(RecentFault line) => line switch
    {
        { EndedAt: { } end } => new(Time(end), "ended"),
        { Lasts: true } => new("lasts", Level(line.Level)),
        _ => new(string.Empty),
    };

    /// <summary>Faults of another day show it.</summary>
    private string Time(DateTimeOffset at) =>
        at.UtcDateTime.Date == time.GetUtcNow().UtcDateTime.Date ? $"{at:HH:mm:ss}" : $"{at:yyyy-MM-dd HH:mm:ss}";

    private static string Count(long? count) => count is { } known ? Words.Number(known) : Unknown;

    private static string Level(LogLevel level) => level.ToString().ToLowerInvariant();

    private static List<IReadOnlyList<StatusCell>> OrNone(
        int columns, IEnumerable<IReadOnlyList<StatusCell>> rows) =>
        rows.ToList() is { Count: > 0 } some ? some : [[new StatusCell("none", "none", columns)]];
}
