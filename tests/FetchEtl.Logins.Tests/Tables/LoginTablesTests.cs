using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FetchEtl.Logins.Tests;

public sealed class LoginTablesTests : IAsyncLifetime
{
    private LoginStore _store = null!;

    public async Task InitializeAsync() => _store = await LoginStore.CreateAsync();

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task Rows_are_written_once_to_a_table_of_another_name_in_a_schema_outside_the_search_path()
    {
        await _store.ScalarAsync(
            """
            CREATE SCHEMA "Estate_1";
            ALTER TABLE user_logins SET SCHEMA "Estate_1";
            ALTER TABLE "Estate_1".user_logins RENAME TO "App_Logins";
            ALTER TABLE masking_generations SET SCHEMA "Estate_1";
            ALTER TABLE erased_messages SET SCHEMA "Estate_1";
            ALTER TABLE pii_vault SET SCHEMA "Estate_1";
            """);
        _store.Services.Configure<LoginsOptions>(options =>
        {
            options.Storage.Schema = "Estate_1";
            options.Storage.Table = "App_Logins";
        });
        var spans = new ConcurrentQueue<(string Name, object? Table)>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == LoginTracing.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span => spans.Enqueue((span.DisplayName, span.GetTagItem("db.collection.name"))),
        };
        ActivitySource.AddActivityListener(listener);
        await _store.StartAsync();
        var (login, other) = (LoginStore.Login(), LoginStore.Login());

        await Task.WhenAll(_store.Writer.WriteAsync(login), _store.Writer.WriteAsync(login));
        await using var session = _store.Session();
        Assert.Equal(1, await session.InsertAsync([other, other]));

        Assert.Equal(2L, await _store.ScalarAsync("SELECT count(*) FROM \"Estate_1\".\"App_Logins\""));
        Assert.Equal(1L, await _store.ScalarAsync("SELECT count(*) FROM \"Estate_1\".masking_generations"));
        Assert.Equal(
            HealthStatus.Healthy,
            (await _store.Provider.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status);
        await _store.StopAsync();
        Assert.Contains(("INSERT App_Logins", "App_Logins"), spans);
    }

    [Theory]
    [InlineData("a\"b")]
    [InlineData("a'b")]
    [InlineData("1a")]
    [InlineData("ä")]
    [InlineData("")]
    public void A_name_that_would_change_a_statement_is_refused(string name)
    {
        Assert.Throws<ArgumentException>(() => LoginTables.Of(new StorageOptions { Schema = name }));
        Assert.Throws<ArgumentException>(() => LoginTables.Of(new StorageOptions { Table = name }));
    }
}
