using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace FetchEtl.Logins.Tests;

/// <summary>
/// PostgreSQL commits no rows for a while. The writer keeps them, logs the remedy and commits them afterwards.
/// </summary>
public sealed class LoginWriterOutageTests : IAsyncLifetime
{
    private LoginStore _store = null!;

    public async Task InitializeAsync() => _store = await LoginStore.CreateAsync();

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Theory]
    [InlineData(
        "REVOKE INSERT ON user_logins FROM {role}",
        "GRANT INSERT ON user_logins TO {role}",
        "42501, the role lacks a right: grant it INSERT and SELECT on user_logins, SELECT on "
        + "masking_generations and erased_messages, with a vault SELECT and INSERT on pii_vault (where Storage:Table "
        + "names another table, on that one instead of user_logins)")]
    [InlineData(
        "ALTER TABLE user_logins RENAME COLUMN locale TO language",
        "ALTER TABLE user_logins RENAME COLUMN language TO locale",
        "42703, the table does not match the model: run the migrations")]
    [InlineData(
        "ALTER TABLE user_logins RENAME TO elsewhere",
        "ALTER TABLE elsewhere RENAME TO user_logins",
        "42P01, a table does not exist in the schemas of the connection's search_path: run the migrations "
        + "(fetch-etl migrate), or correct the search_path")]
    [InlineData(
        "ALTER ROLE {role} SET default_transaction_read_only = on",
        "ALTER ROLE {role} RESET default_transaction_read_only",
        "25006, the server is read-only: name the primary in the connection string Logins")]
    [InlineData(
        "ALTER ROLE {role} NOLOGIN",
        "ALTER ROLE {role} LOGIN",
        "28000, the server rejects the login: correct user and password in the connection string Logins")]
    [InlineData(
        "ALTER ROLE {role} CONNECTION LIMIT 0",
        "ALTER ROLE {role} CONNECTION LIMIT -1",
        "53300, no connection is left: close some, or raise the limit of the server, the database or the role")]
    [InlineData(
        """
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON user_logins FOR EACH ROW EXECUTE FUNCTION refuse()
        """,
        "DROP TRIGGER refuse ON user_logins",
        "53100, the server's disk is full: free or add space")]
    public async Task Rows_are_held_while_PostgreSQL_accepts_none_and_the_remedy_is_logged_once(
        string begin,
        string end,
        string report)
    {
        var role = await _store.UseRoleAsync();
        await _store.Writer.WriteAsync(LoginStore.Login());
        Assert.Equal(HealthStatus.Healthy, (await _store.HealthAsync()).Status);
        Assert.Same(Task.CompletedTask, _store.Writer.WaitForOutageEndAsync(CancellationToken.None));

        await _store.ScalarAsync(begin.Replace("{role}", role, StringComparison.Ordinal));
        await _store.ScalarAsync(
            $"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = '{role}'");
        var held = LoginStore.Logins(10).Select(login => _store.Writer.WriteAsync(login)).ToArray();
        var line = $"PostgreSQL cannot commit logins ({report[..5]}";
        await _store.Logs.WaitForAsync(line);

        // The other writer may learn late that its connection is gone. The next probe reports the reason again.
        var entry = await _store.UntilHealthAsync("The writer cannot commit logins: " + report);
        var over = _store.Writer.WaitForOutageEndAsync(CancellationToken.None);
        var overAlready = over.IsCompleted;
        await _store.ScalarAsync(end.Replace("{role}", role, StringComparison.Ordinal));
        await Task.WhenAll(held);
        await over;

        Assert.False(overAlready);
        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Equal("The writer cannot commit logins: " + report, entry.Description);
        Assert.Equal(HealthStatus.Healthy, (await _store.HealthAsync()).Status);
        Assert.Equal(1, _store.Logs.Texts.Count(text => text.Contains(line, StringComparison.Ordinal)));
        Assert.Equal(11, await _store.CountAsync());
    }

    [Fact]
    public async Task A_silent_connection_is_abandoned_at_the_command_timeout_and_its_rows_go_over_another()
    {
        var server = new NpgsqlConnectionStringBuilder(_store.ConnectionString);
        await using var proxy = new CuttingProxy(new IPEndPoint(IPAddress.Loopback, server.Port));
        _store.ConnectionString = new NpgsqlConnectionStringBuilder(_store.ConnectionString)
        {
            Host = "127.0.0.1",
            Port = proxy.Port,
            SslMode = SslMode.Disable,
            CommandTimeout = 1,
            CancellationTimeout = -1,
        }.ConnectionString;
        await _store.Writer.WriteAsync(LoginStore.Login());
        var outages = _store.Logs.CountOf(2000);

        proxy.HangConnections();
        await _store.Writer.WriteAsync(LoginStore.Login());

        Assert.Equal(2, await _store.CountAsync());
        Assert.Equal(outages + 1, _store.Logs.CountOf(2000));
        Assert.Contains(
            _store.Logs.Texts,
            text => text.Contains("no connection to the server", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("40001")]
    [InlineData("40P01")]
    [InlineData("57014")]
    public async Task A_statement_that_lost_a_conflict_is_retried_unchanged(string sqlState)
    {
        await _store.ScalarAsync(
            $"""
            CREATE SEQUENCE attempts;
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF nextval('attempts') = 1 THEN RAISE EXCEPTION 'lost' USING ERRCODE = '{sqlState}'; END IF;
                RETURN NULL;
            END $$;
            CREATE TRIGGER refuse BEFORE INSERT ON user_logins FOR EACH STATEMENT EXECUTE FUNCTION refuse()
            """);

        await _store.Writer.WriteAsync(LoginStore.Login());

        Assert.Equal(1, await _store.CountAsync());
        Assert.Equal(2L, await _store.ScalarAsync("SELECT last_value FROM attempts"));
    }

    [Fact]
    public async Task Writers_that_race_for_the_same_messages_in_opposite_order_write_each_once_and_fault_none()
    {
        await using var other = _store.Beside();
        var logins = LoginStore.Logins(4000);

        var writes = logins.Select(login => _store.Writer.WriteAsync(login))
            .Concat(logins.Reverse().Select(login => other.GetRequiredService<LoginWriter>().WriteAsync(login)));
        await Task.WhenAll(writes);

        Assert.Equal(logins.Length, await _store.CountAsync());
    }

    [Fact]
    public async Task After_the_last_caller_cancelled_receivers_retry_after_a_pause_and_health_waits_for_a_commit()
    {
        var time = _store.UseFakeTime();
        using var cancelled = new CancellationTokenSource();
        await _store.ScalarAsync("ALTER TABLE user_logins RENAME TO elsewhere");
        var held = _store.Writer.WriteAsync(LoginStore.Login(), cancelled.Token);
        await _store.Logs.WaitForAsync(2001);
        await time.WaitForTimersAsync();
        var receiver = _store.Writer.WaitForOutageEndAsync(CancellationToken.None);

        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => held);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(receiver.IsCompleted);

        // In steps: the receiver may set its timer again while the clock moves, since the writer gives up the row.
        for (; !receiver.IsCompleted; await Task.Yield())
        {
            time.Advance(TimeSpan.FromSeconds(0.1));
        }

        await receiver;
        Assert.Equal(HealthStatus.Unhealthy, (await _store.HealthAsync()).Status);
        await _store.ScalarAsync("ALTER TABLE elsewhere RENAME TO user_logins");
        await _store.Writer.WriteAsync(LoginStore.Login());
        Assert.Equal(HealthStatus.Healthy, (await _store.HealthAsync()).Status);
        Assert.Equal(1, await _store.CountAsync());
    }

    [Fact]
    public async Task A_passing_bug_faults_no_row_and_a_lasting_one_faults_the_rows()
    {
        var failures = 2;
        var builder = new NpgsqlDataSourceBuilder($"{_store.ConnectionString};Pooling=false").ConfigureForLogins();
        builder.UsePhysicalConnectionInitializer(_ => Initialize(), _ => InitializeAsync());
        await using var source = builder.Build();
        _store.Services.Configure<LoginsOptions>(options =>
        {
            options.ConnectionString = null;
            options.DataSource = _ => source;
        });

        await _store.Writer.WriteAsync(LoginStore.Login());
        Assert.Equal(1, await _store.CountAsync());
        Assert.Equal(0, _store.Logs.CountOf(2000));

        Volatile.Write(ref failures, int.MaxValue);
        await Assert.ThrowsAsync<InvalidOperationException>(() => _store.Writer.WriteAsync(LoginStore.Login()));
        Assert.Equal(1, _store.Logs.CountOf(2005));

        void Initialize()
        {
            if (Interlocked.Decrement(ref failures) >= 0)
            {
                throw new InvalidOperationException("a bug");
            }
        }

        Task InitializeAsync()
        {
            Initialize();
            return Task.CompletedTask;
        }
    }
}
