using FetchEtl.Testing;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// <c>run</c> starts while PostgreSQL can take no rows, and no message is on the queue. It says so, waits, and goes on.
/// The other causes are those of StartCheckTests, in virtual time.
/// </summary>
[Trait("Category", "Slow")]
public sealed class StartOutageTests
{
    [Fact]
    public async Task A_table_that_is_missing_at_the_start_of_run_is_reported_although_the_queue_is_empty()
    {
        await using var estate = await Estate.CreateAsync(maxReceives: 1);
        await estate.QueryAsync<object>("ALTER TABLE user_logins RENAME TO elsewhere; SELECT 1");

        await SurviveAsync(
            estate,
            () => estate.QueryAsync<object>("ALTER TABLE elsewhere RENAME TO user_logins; SELECT 1"),
            "run the migrations (fetch-etl migrate)");
    }

    [Fact]
    public async Task A_server_that_is_down_at_the_start_of_run_is_reported_and_waited_for()
    {
        var (estate, server) = await Estate.CreateWithServerAsync(maxReceives: 1);
        await using (estate)
        {
            await server.StopServerAsync(Local.PostgresStop.Fast);
            await SurviveAsync(estate, () => server.StartServerAsync(), "check that it runs");
        }
    }

    private static async Task SurviveAsync(Estate estate, Func<Task> mend, string remedy)
    {
        await using var run = estate.Start("run");
        await run.WaitForLineAsync(line => line.Contains("cannot commit logins", StringComparison.Ordinal)
            && line.Contains(remedy, StringComparison.Ordinal));
        await Task.Delay(TimeSpan.FromSeconds(3));
        await mend();
        await run.WaitForLineAsync(line => line.Contains("commits logins again", StringComparison.Ordinal));
        await estate.SendAsync(50, seed: 1);

        await estate.AssertAllWrittenOnceAsync(50);
        Assert.Single(
            run.Errors.Split('\n'), line => line.Contains("cannot commit logins", StringComparison.Ordinal));
        await run.SignalAsync(ProcessSignal.Terminate);
        await run.WaitAsync();
        Assert.Equal(0, run.ExitCode);
    }
}
