using FetchEtl.Benchmarks;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>The arithmetic of docs/scaling.md, with numbers that can be followed by hand.</summary>
public sealed class LoadModelTests
{
    private const int Digits = 6;

    private static readonly LoadAssumptions Given = new() { Rate = 6000 };

    [Fact]
    public void The_narrowest_limit_of_a_worker_and_the_utilisation_give_the_number_of_workers()
    {
        var predicted = LoadModel.Predict(Given with { WorkerMicroseconds = 200, WorkerCores = 1, Utilisation = 0.5 });

        Assert.Equal(new WorkerLimit("CPU time of the worker", 5000), predicted.Limits[0]);
        Assert.Equal(3, predicted.Workers);
        // 2,000 of 5,000 a second are used: 0.4 hours of work come in an hour, and 0.6 hours' worth is free.
        Assert.Equal(0.4 / 0.6, predicted.CatchUpHours, Digits);
        Assert.Equal(3 * 4, predicted.Connections);
    }

    [Theory]
    [InlineData(20, "16 receives at a time", 8000)]
    [InlineData(200, "16 receives at a time", 800)]
    public void A_slow_queue_limits_a_worker_by_its_calls_under_way(double milliseconds, string name, double limit)
    {
        var predicted = LoadModel.Predict(Given with { ReceiveMilliseconds = milliseconds });

        Assert.Equal(new WorkerLimit(name, limit), predicted.Limits[0]);
    }

    [Fact]
    public void A_slow_database_limits_a_worker_by_its_prefetch()
    {
        var predicted = LoadModel.Predict(Given with { CommitMilliseconds = 480 });

        // 2,000 messages are held for 10 + 10 ms of calls and 480 + 1,000 · 0.02 ms of a statement.
        Assert.Equal("prefetch", predicted.Limits[0].Name);
        Assert.Equal(2000 / 0.52, predicted.Limits[0].MessagesPerSecond, Digits);
    }

    [Fact]
    public void Full_calls_cost_a_fifth_of_a_call_a_message_and_its_price()
    {
        var predicted = LoadModel.Predict(Given);

        Assert.Equal((10, 10), (predicted.MessagesPerReceive, predicted.MessagesPerDelete));
        Assert.Equal(0.2, predicted.CallsPerMessage, Digits);
        Assert.Equal(1200, predicted.CallsPerSecond, Digits);
        Assert.Equal(1200.0 * 730 * 3600 * 0.40 / 1e6, predicted.CallsCost, Digits);
        Assert.Equal(730 * ((2 * 0.04048) + (4 * 0.004445)), predicted.WorkersCost, Digits);
    }

    [Fact]
    public void A_slow_stream_pays_a_receive_for_each_message_and_a_delete_for_what_a_tenth_of_a_second_brings()
    {
        var predicted = LoadModel.Predict(Given with { Rate = 40 });

        Assert.Equal((1, 5), (predicted.MessagesPerReceive, predicted.MessagesPerDelete));
        Assert.Equal(1.2, predicted.CallsPerMessage, Digits);
        Assert.Equal(1, predicted.RowsPerStatement);
        // Half of each call, one statement of 3.02 ms, and half of the linger of a delete.
        Assert.Equal(10 + 3.02 + 50, predicted.MillisecondsInFlight, Digits);
        Assert.Equal(40 * 0.06302, predicted.InFlight, Digits);
    }

    [Fact]
    public void A_message_that_is_held_past_half_of_its_lease_pays_for_renewals()
    {
        var predicted = LoadModel.Predict(Given with { Rate = 40, CommitMilliseconds = 3000, VisibilitySeconds = 5 });

        // 3.02 s and, with 60 rows a statement, half of that again: two thirds of a lease have one renewal.
        Assert.Equal(60.024, predicted.RowsPerStatement, tolerance: 0.001);
        Assert.Equal(1 + 0.2 + 0.1, predicted.CallsPerMessage, Digits);
    }

    [Fact]
    public void Rows_gather_while_the_last_statement_runs()
    {
        var rows = LoadModel.RowsPerStatement(40_000, Given with { CommitMilliseconds = 3 });

        // 20,000 a second for each writer, and a statement of 3 ms + n · 0.02 ms: n = 20,000 · (0.003 + 0.00002 n).
        Assert.Equal(100, rows, Digits);
        Assert.Equal(1000, LoadModel.RowsPerStatement(100_000, Given));
    }

    [Fact]
    public void Random_ids_change_most_pages_of_a_small_index_and_a_page_a_row_of_a_large_one()
    {
        var given = Given with { Rate = 10, CheckpointSeconds = 100 };

        // 1,000 rows between checkpoints; 2,048,000 and 2,048,000,000 rows fill 10,000 and 10,000,000 pages.
        Assert.Equal(10_000 * (1 - Math.Exp(-0.1)), FullPages(2_048_000), Digits);
        Assert.Equal(1000, FullPages(2_048_000_000), tolerance: 0.1);
        Assert.Equal(10, FullPages(2_048), tolerance: 0.1);

        double FullPages(double rows) => LoadModel.FullPages(given with { PartitionRows = rows });
    }

    /// <summary>Bytes of log a row after a checkpoint, as docs/scaling.md has them: PostgreSQL 15.</summary>
    [Theory]
    [InlineData(1_000, 1_100_000, 6009)]
    [InlineData(2_000, 1_101_000, 5398)]
    [InlineData(10_000, 1_103_000, 3120)]
    [InlineData(50_000, 1_113_000, 1072)]
    public void The_log_after_a_checkpoint_is_as_measured_within_5_percent(double rows, double table, double measured)
    {
        var given = Given with { Rate = rows, CheckpointSeconds = 1, PartitionRows = table };

        var bytes = given.WalBytes + (LoadModel.FullPages(given) * given.PageBytes / rows);

        Assert.InRange(bytes / measured, 0.95, 1.05);
    }

    [Fact]
    public void A_rate_within_the_quotas_has_no_warning()
    {
        Assert.Empty(LoadModel.Predict(Given).Warnings);
        Assert.Empty(LoadModel.Predict(Given with { Rate = 2999, Fifo = true }).Warnings);
    }

    [Fact]
    public void What_exceeds_a_quota_is_named()
    {
        var many = LoadModel.Predict(Given with { Rate = 1_000_000 }).Warnings;
        var fifo = LoadModel.Predict(Given with { Rate = 3100, Fifo = true }).Warnings;

        Assert.Collection(
            many,
            x => Assert.StartsWith("With a backlog, 210,000 messages would be in flight", x),
            x => Assert.StartsWith("420 connections exceed", x));
        Assert.StartsWith("310 calls of one action a second exceed the 300 of a FIFO queue", Assert.Single(fifo));
    }

    [Fact]
    public void The_threshold_of_KEDA_is_some_seconds_of_work_and_never_a_worker_s_own_prefetch()
    {
        Assert.Equal(48_000, LoadModel.Predict(Given).QueueLength);
        Assert.Equal(4_000, LoadModel.Predict(Given with { WorkerMicroseconds = 4000 }).QueueLength);
    }

    [Fact]
    public void Programs_that_share_cores_share_their_time()
    {
        Assert.Equal(20_000, LoadModel.OnSharedCores(2, 50, 30, 20), Digits);
        Assert.Equal(
            new CpuCosts(30, 10, 20),
            CpuCosts.PerMessage(new(4_000_000, 1_000_000, 2_000_000), 100_000, new(10e6, 3e6, 6e6), 300_000));
        Assert.Equal(-20, new CheckedFigure("speed", 80, 100).ErrorPercent, Digits);
    }
}
