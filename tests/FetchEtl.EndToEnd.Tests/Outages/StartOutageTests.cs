using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// <c>run</c> starts while PostgreSQL can take no rows, and no message is on the queue. It says so, waits, and goes on.
/// </summary>
[Trait("Category", "Slow")]
public sealed class StartOutageTests
{
    [Theory]
    [InlineData("ALTER TABLE user_logins RENAME TO elsewhere", "ALTER TABLE elsewhere RENAME TO user_logins",
        "run the migrations (fetch-etl migrate)")]
    [InlineData("ALTER TABLE user_logins RENAME locale TO other", "ALTER TABLE user_logins RENAME other TO locale",
        "user_logins has no column locale: run 'fetch-etl migrate'")]
    [InlineData("ALTER ROLE {role} PASSWORD 'other'", "ALTER ROLE {role} PASSWORD 'role'",
        "correct user and password")]
    [InlineData("REVOKE INSERT ON user_logins FROM {role}", "GRANT INSERT ON user_logins TO {role}",
        "grant it INSERT and SELECT on user_logins")]
    public async Task A_dead_database_is_reported_at_the_start_of_run_although_the_queue_is_empty(
        string begin, string end, string remedy)
    {
        await using var estate = await Estate.CreateAsync(maxReceives: 1);
        var role = $"fetch_etl_{Guid.NewGuid():N}";
        await estate.QueryAsync<object>(
            $"""
            CREATE ROLE {role} LOGIN PASSWORD 'role'; GRANT INSERT, SELECT (message_id) ON user_logins TO {role};
            GRANT SELECT ON erased_messages TO {role};
            GRANT SELECT, INSERT, UPDATE ON masking_generations TO {role}; SELECT 1
            """);
        estate.Settings["ConnectionStrings__Logins"] = new NpgsqlConnectionStringBuilder(estate.ConnectionString)
        {
            Username = role,
            Password = "role",
        }.ConnectionString;
        await estate.QueryAsync<object>($"{begin.Replace("{role}", role, StringComparison.Ordinal)}; SELECT 1");

        await SurviveAsync(
            estate,
            () => estate.QueryAsync<object>($"{end.Replace("{role}", role, StringComparison.Ordinal)}; SELECT 1"),
            remedy);

        await estate.QueryAsync<object>($"DROP OWNED BY {role}; DROP ROLE {role}; SELECT 1");
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
