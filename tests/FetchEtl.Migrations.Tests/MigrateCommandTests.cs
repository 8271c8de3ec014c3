using FetchEtl.Testing;

namespace FetchEtl.Migrations.Tests;

public sealed class MigrateCommandTests : IAsyncLifetime
{
    private PostgresDatabase _database = null!;

    private Dictionary<string, string> Settings => new(StringComparer.Ordinal)
    {
        ["ConnectionStrings__Logins"] = _database.ConnectionString,
    };

    public async Task InitializeAsync() => _database = await PostgresDatabase.CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [PosixFact]
    public async Task After_a_kill_the_next_run_waits_for_the_build_that_the_server_still_runs_and_continues()
    {
        await TestDatabase.ExecuteAsync(
            _database.ConnectionString,
            $"{TestDatabase.OriginalTable}; INSERT INTO user_logins (user_id) VALUES ('u')");
        await using var analyst = await Analyst.BeginAsync(_database.ConnectionString, "SELECT count(*) FROM pg_class");
        await using var killed = FetchEtlProcess.Start(Settings, "migrate");
        await killed.WaitForLineAsync(x => x.StartsWith("Building the unique index", StringComparison.Ordinal));
        await analyst.WaitForBuildAsync();
        await killed.SignalAsync(ProcessSignal.Kill);
        await killed.WaitAsync();

        await using var next = FetchEtlProcess.Start(Settings, "migrate");
        await next.WaitForLineAsync(x => x.StartsWith("Another process migrates", StringComparison.Ordinal));
        await analyst.EndAsync();
        await next.WaitAsync();

        Assert.Equal(0, next.ExitCode);
        Assert.EndsWith("user_logins is up to date.", next.Output.TrimEnd());
        Assert.Equal(["True"], await TestDatabase.IndexAsync(_database.ConnectionString));
    }

    [Fact]
    public async Task Message_ids_that_are_not_unique_are_an_error_with_a_remedy_and_not_a_stack_trace()
    {
        await TestDatabase.ExecuteAsync(
            _database.ConnectionString,
            $"""
            {TestDatabase.OriginalTable};
            ALTER TABLE user_logins ADD message_id uuid;
            INSERT INTO user_logins (message_id)
            SELECT '00000000-0000-0000-0000-000000000001'::uuid FROM generate_series(1, 2);
            """);

        await using var run = await FetchEtlProcess.RunAsync(Settings, "migrate");

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("fetch-etl: user_logins.message_id holds the same id more than once", run.Errors);
        Assert.Single(run.Errors.TrimEnd().Split('\n'));
    }
}
