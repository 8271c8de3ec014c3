using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using FetchEtl.Benchmarks;
using FetchEtl.Local;
using FetchEtl.Testing;

namespace FetchEtl.EndToEnd.Tests;

public sealed class TerminationTests
{
    private const int Count = 2000;

    /// <summary>Less than the 20 s after which a stop gives up what is blocked.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(18);

    [PosixFact]
    public async Task A_first_SIGTERM_during_work_stops_the_process_in_order_and_another_worker_writes_the_rest()
    {
        await using var estate = await Estate.CreateAsync();
        await estate.SendAsync(5 * Count, seed: 1);
        await using var run = estate.Start("run");
        await Estate.UntilAsync(async () => await estate.RowsAsync() > 0);

        await run.SignalAsync(ProcessSignal.Terminate);
        await run.WaitAsync();

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(0, (await estate.DepthAsync()).InFlight);
        await using var second = estate.Start("run");
        await estate.AssertAllWrittenOnceAsync(5 * Count);
    }

    [PosixFact]
    public async Task A_SIGTERM_ends_a_drain_in_order_with_what_was_done_and_what_is_left()
    {
        await using var estate = await CreateEstateAsync();

        // Another consumer holds a message, so the drain does not end before the table is locked.
        await estate.SendAsync(1, seed: 3);
        Assert.Single(await estate.Client.ReceiveAsync(estate.QueueUrl, visibilitySeconds: 600));
        await using var drain = estate.Start("drain");
        await using var table = await BlockAsync(estate, heldElsewhere: 1);

        await drain.SignalAsync(ProcessSignal.Terminate);
        await drain.WaitAsync();

        Assert.Equal(128 + 15, drain.ExitCode);
        Assert.Matches(@"rows written\s+│\s+1 ", drain.Output);
        Assert.Contains(
            $"stopped before login-queue was empty: {Count} visible, 1 in flight, 0 delayed.", drain.Errors);
        Assert.Contains("run 'fetch-etl drain' again for the rest.", drain.Errors);

        // With a JSON log that is a line of JSON as well.
        await using var json = estate.Start("drain", "--Logging:Console:FormatterName=json");
        await json.WaitForLineAsync(line => line.Contains("\"EventId\":1100", StringComparison.Ordinal));
        await json.SignalAsync(ProcessSignal.Terminate);
        await json.WaitAsync();
        Assert.Equal(128 + 15, json.ExitCode);
        var last = json.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line)).Last();
        Assert.Equal(3096, last.GetProperty("EventId").GetInt32());
        Assert.StartsWith(
            "stopped before login-queue was empty", last.GetProperty("State").GetProperty("Cause").GetString());
    }

    [PosixFact]
    public async Task A_SIGTERM_while_SQS_is_unavailable_stops_the_process_in_order_without_an_error()
    {
        await using var estate = await Estate.CreateAsync();
        estate.Settings["Sqs__ServiceUrl"] = "http://127.0.0.1:1";
        await using var run = estate.Start("run");
        await run.WaitForLineAsync(line => line.Contains("SQS cannot be reached", StringComparison.Ordinal));

        await run.SignalAsync(ProcessSignal.Terminate);
        await run.WaitAsync();

        Assert.Equal(0, run.ExitCode);
        Assert.DoesNotContain("fetch-etl: ", run.Errors);
    }

    [PosixFact]
    public async Task A_SIGTERM_while_SQS_has_not_answered_yet_ends_the_process_at_once()
    {
        await using var estate = await Estate.CreateAsync();
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        estate.Settings["Sqs__ServiceUrl"] = $"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}";
        await using var run = estate.Start("run");
        using var lookup = await silent.AcceptTcpClientAsync();

        await run.SignalAsync(ProcessSignal.Terminate);
        await run.WaitAsync(AtOnce);

        Assert.Equal(0, run.ExitCode);
        Assert.DoesNotContain("fetch-etl: ", run.Errors);
    }

    [PosixFact]
    public async Task A_stop_with_two_thousand_blocked_messages_ends_in_time_and_another_worker_gets_them_at_once()
    {
        await using var estate = await CreateEstateAsync();
        estate.Settings["Service__ShutdownTimeoutSeconds"] = "15";
        estate.Settings["Sqs__VisibilityTimeoutSeconds"] = "120";
        await using var run = estate.Start("run");
        await using var table = await BlockAsync(estate);

        await run.SignalAsync(ProcessSignal.Terminate);
        await run.WaitAsync();

        // A stop that overruns its limit has another exit code.
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(Count, (await estate.DepthAsync()).Visible);

        await table.DisposeAsync();
        await using var second = estate.Start("run");
        await estate.AssertAllWrittenOnceAsync(Count + 1);
    }

    [PosixFact]
    public async Task A_second_SIGTERM_ends_the_process_at_once_and_loses_nothing()
    {
        await using var estate = await CreateEstateAsync();
        estate.Settings["Sqs__VisibilityTimeoutSeconds"] = "5";
        await using var run = estate.Start("run");
        await using var table = await BlockAsync(estate);

        await run.SignalAsync(ProcessSignal.Terminate);
        // The first signal has its effect: the messages that no statement holds are released.
        await Estate.UntilAsync(async () => (await estate.DepthAsync()).InFlight < Count);
        Assert.False(run.HasExited);
        var stopping = Stopwatch.StartNew();
        await run.SignalAsync(ProcessSignal.Terminate);
        await run.WaitAsync();

        Assert.True(stopping.Elapsed < AtOnce, $"It took {stopping.Elapsed}.");
        Assert.Equal(128 + 15, run.ExitCode);
        Assert.Contains("received a second stop signal, so it ends at once", run.Errors);
        await table.DisposeAsync();
        await using var second = estate.Start("run");
        await estate.AssertAllWrittenOnceAsync(Count + 1);
    }

    [PosixFact]
    public async Task A_stop_that_overruns_its_limit_ends_the_process_and_loses_nothing()
    {
        await using var estate = await CreateEstateAsync();
        estate.Settings["Service__ShutdownTimeoutSeconds"] = "2";
        estate.Settings["Sqs__VisibilityTimeoutSeconds"] = "5";
        await using var run = estate.Start("run");
        await using var table = await BlockAsync(estate);

        // SQS does not answer the calls that release messages in time.
        estate.Sqs.Faults = new SqsFaultPlan
        {
            Rules =
            [
                new()
                {
                    Kind = SqsFaultKind.Latency,
                    Operation = "ChangeMessageVisibilityBatch",
                    LatencyMilliseconds = 60_000,
                },
            ],
        };
        var stopping = Stopwatch.StartNew();
        await run.SignalAsync(ProcessSignal.Terminate);
        await run.WaitAsync();

        Assert.True(
            stopping.Elapsed > TimeSpan.FromSeconds(1.9) && stopping.Elapsed < AtOnce,
            $"It took {stopping.Elapsed}.");
        Assert.Equal(128 + 15, run.ExitCode);
        Assert.Contains("not stopped after 2 s, so it ends at once", run.Errors);
        estate.Sqs.Faults = null;
        await table.DisposeAsync();
        await using var second = estate.Start("run");
        await estate.AssertAllWrittenOnceAsync(Count + 1);
    }

    /// <summary>
    /// The service may hold more messages than there are: a poll begins only where there is room for ten, and some
    /// receives bring fewer.
    /// </summary>
    private static async Task<Estate> CreateEstateAsync()
    {
        var estate = await Estate.CreateAsync();
        estate.Settings["Sqs__PrefetchCount"] = $"{Count + 1000}";
        return estate;
    }

    /// <summary>
    /// Locks the table once the service has written a row, and waits until it holds messages that it cannot write. A
    /// service that finds the table locked at its start receives none.
    /// </summary>
    private static async Task<TableLock> BlockAsync(Estate estate, int heldElsewhere = 0)
    {
        await estate.SendAsync(1, seed: 2);
        await Estate.UntilAsync(async () => await estate.RowsAsync() == 1);
        var table = await TableLock.TakeAsync(estate.ConnectionString);
        await estate.SendAsync(Count, seed: 1);
        var depth = await estate.DepthAsync();
        try
        {
            await Estate.UntilAsync(
                async () => (depth = await estate.DepthAsync()).InFlight == Count + heldElsewhere);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail(
                $"{depth.InFlight} of {Count + heldElsewhere} messages are in flight, {depth.Visible} are visible.");
        }

        return table;
    }
}
