using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FetchEtl.Logins.Tests;

/// <summary>
/// Statements time out because they wait for other sessions. The report names those, and batches stay as large as they
/// are: fewer rows would wait as long.
/// </summary>
[Trait("Category", "Slow")]
public sealed class BlockedStatementTests : IAsyncLifetime
{
    private const int Count = 100;

    private LoginStore _store = null!;

    public async Task InitializeAsync()
    {
        _store = await LoginStore.CreateAsync();
        _store.ConnectionString += ";Command Timeout=4";
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData(";Options=-c statement_timeout=1800")]
    public async Task A_locked_table_is_reported_with_its_holder_at_the_first_timeout_and_halves_no_batch(
        string setting)
    {
        _store.ConnectionString += setting;
        _store.Services.Configure<LoginsOptions>(options => options.Storage.Writers = 1);
        using var readings = new MeterReadings(_store.Provider);
        await _store.Writer.WriteAsync(LoginStore.Login());
        await using var source = Source("alter-table");
        await using var session = await source.OpenConnectionAsync();
        await using var transaction = await session.BeginTransactionAsync();
        await ExecuteAsync(session, "LOCK TABLE user_logins IN ACCESS EXCLUSIVE MODE");
        var deliveries = new Deliveries(_store.Writer);

        // The first row's statement waits, so all others gather for the next one, however long sending them takes.
        // Where the look for the holder comes too late for the first timeout, the next one reports it.
        deliveries.Send(LoginStore.Logins(1));
        await UntilAnyWaitsAsync();
        deliveries.Send(LoginStore.Logins(Count - 1));
        await deliveries.UntilAsync(() => _store.Logs.CountOf(2013) > 0
            || _store.Logs.Texts.Any(text => text.Contains("(55P03", StringComparison.Ordinal)));
        await transaction.RollbackAsync();
        await deliveries.EndAsync();

        Assert.Equal(0, _store.Logs.CountOf(2013));
        Assert.Contains(_store.Logs.Texts, text => text.Contains(
            $"(55P03: the statement waits for a lock on table user_logins that session {session.ProcessID} "
            + "(alter-table) holds", StringComparison.Ordinal));
        Assert.InRange(readings.BatchSizes.Max(), Count - 1, Count);
    }

    [Fact]
    public async Task A_session_that_itself_waits_for_another_is_reported_with_that_one()
    {
        await _store.Writer.WriteAsync(LoginStore.Login());
        await using var readers = Source("nightly-report");
        await using var reader = await readers.OpenConnectionAsync();
        await using var reading = await reader.BeginTransactionAsync();
        await ExecuteAsync(reader, "SELECT FROM user_logins");
        await using var source = Source("alter-table");
        await using var session = await source.OpenConnectionAsync();
        var altering = ExecuteAsync(session, "ALTER TABLE user_logins ADD COLUMN extra text");
        await UntilWaitingAsync(session.ProcessID);
        var deliveries = new Deliveries(_store.Writer);

        deliveries.Send(LoginStore.Logins(1));
        await _store.Logs.WaitForAsync("(55P03: the statement waits for");
        await reading.RollbackAsync();
        await altering;
        await deliveries.EndAsync();

        Assert.Contains(_store.Logs.Texts, text =>
            text.Contains($"session {session.ProcessID} (alter-table)", StringComparison.Ordinal)
            && text.Contains($"waits for session {reader.ProcessID} (nightly-report)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_timeout_whose_cancel_the_server_does_not_confirm_makes_batches_smaller()
    {
        // 40 ms a row: all of them take longer than the timeout of 1 s, and half of them do not.
        const int count = 40;
        var server = new NpgsqlConnectionStringBuilder(_store.ConnectionString);
        await using var proxy = new CuttingProxy(new IPEndPoint(IPAddress.Loopback, server.Port));
        _store.ConnectionString = new NpgsqlConnectionStringBuilder(_store.ConnectionString)
        {
            Host = "127.0.0.1",
            Port = proxy.Port,
            SslMode = SslMode.Disable,
            CommandTimeout = 1,
            CancellationTimeout = 500,
        }.ConnectionString;
        _store.Services.Configure<LoginsOptions>(options => options.Storage.Writers = 1);
        using var readings = new MeterReadings(_store.Provider);
        await _store.Writer.WriteAsync(LoginStore.Login());
        await _store.ScalarAsync(
            """
            CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql
            AS $$ BEGIN PERFORM pg_catalog.pg_sleep(0.04); RETURN NEW; END $$;
            CREATE TRIGGER slow BEFORE INSERT ON user_logins FOR EACH ROW EXECUTE FUNCTION slow()
            """);
        proxy.SwallowCancels();
        var deliveries = new Deliveries(_store.Writer);

        // The first row's statement waits, so all others gather for the next one.
        await using (var table = await _store.LockTableAsync())
        {
            deliveries.Send(LoginStore.Logins(1));
            await table.WaitForBlockedAsync(atLeast: 1);
            deliveries.Send(LoginStore.Logins(count));
        }

        await deliveries.EndAsync();

        Assert.Equal(count + 2, await _store.CountAsync());
        Assert.Contains(_store.Logs.Texts, text => text.Contains(
            "2013 A statement of", StringComparison.Ordinal) && text.Contains(
            "the server did not confirm its cancellation", StringComparison.Ordinal));
        Assert.InRange(readings.BatchSizes.Max(), 1, count / 2);
    }

    private NpgsqlDataSource Source(string name) => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(_store.ConnectionString)
        {
            ApplicationName = name,
            CommandTimeout = 60,
            Options = null,
        });

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private Task UntilWaitingAsync(int session) => UntilFoundAsync($"pid = {session}");

    private Task UntilAnyWaitsAsync() => UntilFoundAsync(
        "database = (SELECT oid FROM pg_database WHERE datname = current_database())");

    private async Task UntilFoundAsync(string condition)
    {
        while (await _store.ScalarAsync($"SELECT pid FROM pg_locks WHERE {condition} AND NOT granted LIMIT 1") is null)
        {
            await Task.Yield();
        }
    }
}
