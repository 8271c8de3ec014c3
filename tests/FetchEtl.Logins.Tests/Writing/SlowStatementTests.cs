using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FetchEtl.Logins.Tests;

/// <summary>
/// A trigger takes 20 ms a row, and a statement may take 1 s: 60 rows are too many, single rows are not.
/// </summary>
[Trait("Category", "Slow")]
public sealed class SlowStatementTests : IAsyncLifetime
{
    private const int Count = 120;

    private LoginStore _store = null!;

    public async Task InitializeAsync()
    {
        _store = await LoginStore.CreateAsync();

        // It takes the first of the rows that come, and then the rest. Two would share them in smaller parts.
        _store.Services.Configure<LoginsOptions>(options => options.Storage.Writers = 1);
        await _store.ScalarAsync(
            """
            CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql
            AS $$ BEGIN PERFORM pg_catalog.pg_sleep(0.02); RETURN NEW; END $$;
            CREATE TRIGGER slow BEFORE INSERT ON user_logins FOR EACH ROW EXECUTE FUNCTION slow()
            """);
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Theory]
    [InlineData("Command Timeout=1", "the statement did not end within the command timeout of 1 s")]
    [InlineData("Options=-c statement_timeout=1s", "57014: the server cancelled the statement: statement_timeout")]
    public async Task A_statement_that_takes_too_long_makes_batches_smaller_until_they_end_in_time(
        string setting, string report)
    {
        var connection = new NpgsqlConnectionStringBuilder(_store.ConnectionString + ";" + setting);
        _store.ConnectionString = connection.ConnectionString;
        using var readings = new MeterReadings(_store.Provider);
        await _store.Writer.WriteAsync(LoginStore.Login());
        var outages = _store.Logs.CountOf(2000);
        var deliveries = new Deliveries(_store.Writer);

        deliveries.Send(LoginStore.Logins(Count));
        await deliveries.EndAsync();

        Assert.True(deliveries is { Written: Count, DeadLetters: 0, Returned: 0 }, deliveries.ToString());
        Assert.All(readings.BatchSizes, size => Assert.InRange(size, 1, 50));
        Assert.Contains(_store.Logs.Texts, text => text.Contains(report, StringComparison.Ordinal));
        Assert.DoesNotContain(_store.Logs.Texts, text => text.Contains("no connection", StringComparison.Ordinal));
        Assert.Equal(outages, _store.Logs.CountOf(2000));
    }

    [Fact]
    public async Task Batches_grow_back_to_the_setting_when_statements_are_fast_again()
    {
        _store.ConnectionString += ";Command Timeout=1";
        using var readings = new MeterReadings(_store.Provider);
        var deliveries = new Deliveries(_store.Writer);
        deliveries.Send(LoginStore.Logins(Count));
        await deliveries.EndAsync();

        await _store.ScalarAsync("DROP TRIGGER slow ON user_logins");
        for (var round = 0; round < 20 && readings.BatchSizes.Max() < Count - 1; round++)
        {
            // The first row's statement waits, so all others gather for the next one.
            await using (var table = await _store.LockTableAsync())
            {
                deliveries.Send(LoginStore.Logins(1));
                await table.WaitForBlockedAsync(atLeast: 1);
                deliveries.Send(LoginStore.Logins(Count - 1));
            }

            await deliveries.EndAsync();
        }

        Assert.InRange(readings.BatchSizes.Max(), Count - 1, Count);
    }
}
