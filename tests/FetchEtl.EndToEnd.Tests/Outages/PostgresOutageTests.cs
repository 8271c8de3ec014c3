using FetchEtl.Local;
using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// PostgreSQL accepts no rows for longer than a lease lasts. The queue's redrive policy allows one receive, so a second
/// receive of a message would make it a dead letter.
/// </summary>
[Trait("Category", "Slow")]
public sealed class PostgresOutageTests
{
    private const int Part = 300;

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(8);

    [Theory]
    [InlineData(
        "ALTER DATABASE {database} SET default_transaction_read_only = on",
        "ALTER DATABASE {database} RESET default_transaction_read_only",
        "25006",
        "name the primary in the connection string Logins",
        2.2)]
    [InlineData(
        "REVOKE INSERT ON user_logins FROM {role}",
        "GRANT INSERT ON user_logins TO {role}",
        "42501",
        "grant it INSERT",
        1.5)]
    [InlineData(
        "ALTER TABLE user_logins RENAME COLUMN locale TO language",
        "ALTER TABLE user_logins RENAME COLUMN language TO locale",
        "42703",
        "run the migrations",
        1.5)]
    public Task An_outage_uses_up_no_receive_and_is_logged_once_with_its_remedy(
        string begin, string end, string sqlState, string remedy, double leases) =>
        SurviveRefusalAsync(begin, end, sqlState, remedy, leases);

    [Theory]
    [Trait("Category", "Long")]
    [InlineData(
        "ALTER DATABASE {database} CONNECTION LIMIT 0",
        "ALTER DATABASE {database} CONNECTION LIMIT -1",
        "53300",
        "raise the limit",
        1.5)]
    [InlineData(
        "ALTER TABLE user_logins RENAME TO elsewhere",
        "ALTER TABLE elsewhere RENAME TO user_logins",
        "42P01",
        "run the migrations",
        1.5)]
    [InlineData(
        """
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON user_logins FOR EACH ROW EXECUTE FUNCTION refuse()
        """,
        "DROP TRIGGER refuse ON user_logins",
        "53100",
        "add space",
        1.5)]
    public Task An_outage_of_another_cause_uses_up_no_receive_and_is_logged_once_with_its_remedy(
        string begin, string end, string sqlState, string remedy, double leases) =>
        SurviveRefusalAsync(begin, end, sqlState, remedy, leases);

    [Fact]
    public Task A_server_that_is_stopped_and_started_again_uses_up_no_receive() => SurviveStopAsync(PostgresStop.Fast);

    [Fact]
    [Trait("Category", "Long")]
    public Task A_server_that_crashes_and_is_started_again_uses_up_no_receive() =>
        SurviveStopAsync(PostgresStop.Immediate);

    private static async Task SurviveRefusalAsync(
        string begin, string end, string sqlState, string remedy, double leases)
    {
        await using var estate = await Estate.CreateAsync(maxReceives: 1);
        var role = await UseRoleAsync(estate);
        var database = new NpgsqlConnectionStringBuilder(estate.ConnectionString).Database!;

        await SurviveAsync(
            estate,
            () => estate.QueryAsync<object>(
                $"{Filled(begin)}; "
                + $"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = '{role}'"),
            () => estate.QueryAsync<object>($"SET transaction_read_only = off; {Filled(end)}; SELECT 1"),
            sqlState,
            remedy,
            leases * Lease);

        await estate.QueryAsync<object>($"DROP OWNED BY {role}; DROP ROLE {role}; SELECT 1");

        string Filled(string sql) => sql
            .Replace("{database}", database, StringComparison.Ordinal)
            .Replace("{role}", role, StringComparison.Ordinal);
    }

    private static async Task SurviveStopAsync(PostgresStop mode)
    {
        var (estate, server) = await Estate.CreateWithServerAsync(maxReceives: 1);
        await using (estate)
        {
            await SurviveAsync(
                estate,
                () => server.StopServerAsync(mode),
                () => server.StartServerAsync(),
                string.Empty,
                string.Empty,
                1.5 * Lease);
        }
    }

    private static async Task SurviveAsync(
        Estate estate,
        Func<Task> begin,
        Func<Task> end,
        string cause,
        string remedy,
        TimeSpan lasts)
    {
        estate.Settings["Sqs__VisibilityTimeoutSeconds"] = $"{Lease.TotalSeconds}";
        await estate.SendAsync(Part, seed: 1);
        await using var run = estate.Start("run");
        await Estate.UntilAsync(async () => await estate.RowsAsync() > 0);

        await begin();
        await estate.SendAsync(Part, seed: 2);
        await run.WaitForLineAsync(line =>
            line.Contains("cannot commit logins", StringComparison.Ordinal)
            && line.Contains(cause, StringComparison.Ordinal));
        await estate.SendAsync(Part, seed: 3);

        // Polls that had begun can still return some.
        await Task.Delay(lasts / 4);
        var waiting = (await estate.DepthAsync()).Visible;
        await Task.Delay(lasts * 3 / 4);
        Assert.True(waiting > 0);
        Assert.Equal(waiting, (await estate.DepthAsync()).Visible);
        await end();

        await estate.AssertAllWrittenOnceAsync(3 * Part);
        await run.WaitForLineAsync(line => line.Contains("[2002]", StringComparison.Ordinal));
        var reports = run
            .Errors.Split('\n')
            .Where(line => line.Contains("cannot commit logins", StringComparison.Ordinal))
            .ToList();
        Assert.Single(reports, line => line.Contains(remedy, StringComparison.Ordinal));

        // The first failure, and what an operator must do where that is another one.
        Assert.InRange(reports.Count, 1, 2);
        Assert.Single(run.Errors.Split('\n'), line => line.Contains("[2002]", StringComparison.Ordinal));
        Assert.Single(run.Errors.Split('\n'), line => line.Contains("SqsRider[", StringComparison.Ordinal));
        await run.SignalAsync(ProcessSignal.Terminate);
        await run.WaitAsync();
        Assert.Equal(0, run.ExitCode);
    }

    /// <summary>Gives the service a role of its own, with only the rights that docs/operations.md lists.</summary>
    private static async Task<string> UseRoleAsync(Estate estate)
    {
        var role = $"fetch_etl_{Guid.NewGuid():N}";
        await estate.QueryAsync<object>(
            $"CREATE ROLE {role} LOGIN PASSWORD 'role'; GRANT INSERT, SELECT (message_id) ON user_logins TO {role}; "
                + $"GRANT SELECT ON erased_messages TO {role}; "
                + $"GRANT SELECT, INSERT, UPDATE ON masking_generations TO {role}; SELECT 1");
        estate.Settings["ConnectionStrings__Logins"] = new NpgsqlConnectionStringBuilder(estate.ConnectionString)
        {
            Username = role,
            Password = "role",
        }.ConnectionString;
        return role;
    }
}
