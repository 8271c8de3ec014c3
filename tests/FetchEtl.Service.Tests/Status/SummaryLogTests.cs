using FetchEtl.Testing;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Service.Tests;

public sealed class SummaryLogTests : IDisposable
{
    private readonly SignalingTimeProvider _time = new();
    private readonly RecordedLogs _logs = new();
    private WorkTotals _totals = new() { Received = 7, Written = 7 };
    private QueueCounts _counts = new(null, null, "q has 9");
    private int _asked;

    [Fact]
    public async Task A_minute_with_messages_is_one_line_and_an_idle_one_none()
    {
        using var log = await StartAsync();

        Advance(_totals with
        {
            Received = 127,
            Written = 118,
            Duplicates = 1,
            DeadLettered = 3,
            Returned = 4,
            LeasesLost = 5,
            DeadLettersByRule = new Dictionary<string, long> { ["ip.too_long"] = 2, ["user_id.required"] = 1 },
        });
        await _logs.WaitForAsync(3091);
        Advance(_totals);
        Advance(_totals with { Received = 128 });
        await _logs.WaitForAsync("received 1,");
        await log.StopAsync(CancellationToken.None);

        Assert.Equal(
            [
                "Information 3091 In 1 min: received 120, written 111 (1.9/s), duplicates 1, dead letters 3 "
                + "(ip.too_long 2, user_id.required 1), returned 4, leases lost 5; q has 9 ",
                "Information 3091 In 1 min: received 1, written 0 (0.0/s), duplicates 0, dead letters 0, returned 0, "
                + "leases lost 0; q has 9 ",
                "Information 3092 Stopped after 3 min: received 121, written 111 (0.6/s), duplicates 1, dead letters 3 "
                + "(ip.too_long 2, user_id.required 1), returned 4, leases lost 5 ",
            ],
            _logs.Texts);
        Assert.Equal(2, _asked);
        Assert.Equal(
            ["ip.too_long 2, user_id.required 1", "", "ip.too_long 2, user_id.required 1"],
            _logs.States.Select(state => Assert.Single(state, value => value.Key == "Rules").Value));

        // A log store takes a dot for a level, so no name may be the beginning of another one.
        var names = _logs.States[0].Select(value => value.Key).ToArray();
        Assert.Contains("DeadLettersByRule.ip.too_long", names);
        Assert.DoesNotContain(
            names, name => names.Any(other => other.StartsWith($"{name}.", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_a_line_says_in_words_is_a_number_of_its_own_too()
    {
        Log.Ended(
            new ValuesLogger(_logs, [new("Seconds", 60.5), new("DeadLettersByRule.user_id.required", 3L)]),
            "1 min", 120, 0, 0, 0, 3, " (user_id.required 3)", 0, 0);

        var values = Assert.Single(_logs.States);
        var state = values.ToDictionary();
        Assert.Equal(
            "Stopped after 1 min: received 120, written 0 (0.0/s), duplicates 0, dead letters 3 (user_id.required 3), "
            + "returned 0, leases lost 0",
            values.ToString());
        Assert.Equal(
            (60.5, 3L, 120L), (state["Seconds"], state["DeadLettersByRule.user_id.required"], state["Received"]));
        Assert.Equal("{OriginalFormat}", values[^1].Key);
    }

    [Fact]
    public async Task The_depths_of_the_queues_are_numbers()
    {
        _counts = new(new QueueDepth(2970, 30, 1), new QueueDepth(282, 5, 0), null);
        using var log = await StartAsync();

        Advance(_totals with { Received = 127 });
        await _logs.WaitForAsync(3091);
        await log.StopAsync(CancellationToken.None);

        var state = _logs.States[0].ToDictionary();
        Assert.Equal("q has 2970 visible, 30 in flight, 1 delayed; q-dead has 287", state["Depth"]);
        Assert.Equal(
            (60.0, 2970L, 30L, 1L, 287L),
            (state["Seconds"], state["QueueVisible"], state["QueueInFlight"], state["QueueDelayed"],
                state["DeadLetterQueueMessages"]));
    }

    [Fact]
    public async Task A_run_without_messages_logs_nothing_and_asks_SQS_nothing()
    {
        using var log = await StartAsync();

        Advance(_totals);
        Advance(_totals);
        await log.StopAsync(CancellationToken.None);

        Assert.Empty(_logs.Texts);
        Assert.Equal(0, _asked);
    }

    public void Dispose() => _logs.Dispose();

    private async Task<SummaryLog> StartAsync()
    {
        var log = new SummaryLog(
            () => _totals,
            () =>
            {
                _asked++;
                return Task.FromResult(_counts);
            },
            new SqsSettings { QueueName = "q" },
            _time,
            _logs.CreateLogger<SummaryLog>());
        await log.StartAsync(CancellationToken.None);
        await _time.WaitForTimersAsync();
        return log;
    }

    private void Advance(WorkTotals totals)
    {
        _totals = totals with { At = _totals.At + TimeSpan.FromMinutes(1) };
        _time.Advance(TimeSpan.FromMinutes(1));
    }
}
