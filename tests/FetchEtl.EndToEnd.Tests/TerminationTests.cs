using System.Diagnostics;
using FetchEtl.Local;
using FetchEtl.Testing;

namespace FetchEtl.EndToEnd.Tests;

public sealed class TerminationTests
{
    private const int Count = 2000;

    [PosixFact]
    public async Task A_first_SIGTERM_in_the_midst_of_work_ends_the_process_well_and_another_worker_writes_the_rest()
    {
        await using var estate = await Estate.CreateAsync();
        await estate.SendAsync(5 * Count, seed: 1);
        await using var run = estate.Start("run");
        await Estate.UntilAsync(async () => await estate.RowsAsync() > 0);

        await run.SignalAsync(ProcessSignal.Terminate);
        await run.WaitAsync(TimeSpan.FromSeconds(25));

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(0, (await estate.DepthAsync()).InFlight);
        await using var second = estate.Start("run");
        await estate.AssertAllWrittenOnceAsync(5 * Count);
    }

    [PosixFact]
    public async Task Stopped_with_two_thousand_prefetched_and_stuck_it_is_gone_in_time_and_another_worker_has_them_at_once()
    {
        await using var estate = await Estate.CreateAsync();
        estate.Settings["Service__ShutdownTimeoutSeconds"] = "10";
        estate.Settings["Sqs__VisibilityTimeoutSeconds"] = "120";
        await estate.SendAsync(Count, seed: 1);
        await using var table = await TableLock.TakeAsync(estate.ConnectionString);
        await using var run = estate.Start("run");
        await Estate.UntilAsync(async () => (await estate.DepthAsync()).InFlight == Count);

        var told = Stopwatch.StartNew();
        await run.SignalAsync(ProcessSignal.Terminate);
        await run.WaitAsync();
        Assert.True(told.Elapsed < TimeSpan.FromSeconds(11), $"It took {told.Elapsed}.");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(Count, (await estate.DepthAsync()).Visible);

        await table.DisposeAsync();
        var begun = Stopwatch.StartNew();
        await using var second = estate.Start("run");
        await estate.AssertAllWrittenOnceAsync(Count);
        Assert.True(begun.Elapsed < TimeSpan.FromSeconds(30), $"It took {begun.Elapsed}.");
    }

    [PosixFact]
    public async Task A_second_SIGTERM_ends_the_process_at_once_and_loses_nothing()
    {
        await using var estate = await Estate.CreateAsync();
        estate.Settings["Sqs__VisibilityTimeoutSeconds"] = "5";
        await estate.SendAsync(Count, seed: 1);
        await using var table = await TableLock.TakeAsync(estate.ConnectionString);
        await using var run = estate.Start("run");
        await Estate.UntilAsync(async () => (await estate.DepthAsync()).InFlight == Count);

        await run.SignalAsync(ProcessSignal.Terminate);
        // The first is acted on: what no statement holds has gone back.
        await Estate.UntilAsync(async () => (await estate.DepthAsync()).InFlight < Count);
        Assert.False(run.HasExited);
        var told = Stopwatch.StartNew();
        await run.SignalAsync(ProcessSignal.Terminate);
        await run.WaitAsync();

        Assert.True(told.Elapsed < TimeSpan.FromSeconds(5), $"It took {told.Elapsed}.");
        Assert.Equal(128 + 15, run.ExitCode);
        Assert.Contains("told twice to stop, so it ends at once", run.Errors);
        await table.DisposeAsync();
        await using var second = estate.Start("run");
        await estate.AssertAllWrittenOnceAsync(Count);
    }

    [PosixFact]
    public async Task A_stop_that_overruns_its_limit_ends_the_process_and_loses_nothing()
    {
        await using var estate = await Estate.CreateAsync();
        estate.Settings["Service__ShutdownTimeoutSeconds"] = "2";
        estate.Settings["Sqs__VisibilityTimeoutSeconds"] = "5";
        await estate.SendAsync(Count, seed: 1);
        await using var table = await TableLock.TakeAsync(estate.ConnectionString);
        await using var run = estate.Start("run");
        await Estate.UntilAsync(async () => (await estate.DepthAsync()).InFlight == Count);

        // What is given back needs an answer of SQS, and gets none in time.
        estate.Sqs.Faults = new SqsFaultPlan
        {
            Rules = [new() { Kind = SqsFaultKind.Latency, Operation = "ChangeMessageVisibilityBatch", LatencyMilliseconds = 60_000 }],
        };
        var told = Stopwatch.StartNew();
        await run.SignalAsync(ProcessSignal.Terminate);
        await run.WaitAsync();

        Assert.True(told.Elapsed > TimeSpan.FromSeconds(1.9) && told.Elapsed < TimeSpan.FromSeconds(7), $"It took {told.Elapsed}.");
        Assert.Equal(128 + 15, run.ExitCode);
        Assert.Contains("not stopped after 2 s, so it ends at once", run.Errors);
        estate.Sqs.Faults = null;
        await table.DisposeAsync();
        await using var second = estate.Start("run");
        await estate.AssertAllWrittenOnceAsync(Count);
    }
}
