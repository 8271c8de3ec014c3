using FetchEtl.Testing;
using Npgsql;

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
        Assert.Contains("user_logins was adopted with its 1 rows, whose values are as before.", next.Output);
        Assert.Equal(["True"], await TestDatabase.IndexAsync(_database.ConnectionString));
    }

    /// <summary>A mistyped database was created, and logins went there.</summary>
    [Fact]
    public async Task A_database_is_created_only_where_the_command_line_says_so_and_each_run_says_where_it_did_what()
    {
        var name = $"fetch_etl_{Guid.NewGuid():N}";
        var connection = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Database = name };
        var target = $"PostgreSQL server {connection.Host}:{connection.Port}, database {name}, schema public.";
        var settings = new Dictionary<string, string> { ["ConnectionStrings__Logins"] = connection.ToString() };
        try
        {
            await using var refused = await FetchEtlProcess.RunAsync(settings, "migrate");
            Assert.Equal(1, refused.ExitCode);
            Assert.Contains($"There is no database {name} on server ", refused.Errors);
            Assert.Contains("--create-database", refused.Errors);

            await using var created = await FetchEtlProcess.RunAsync(settings, "migrate", "--create-database");
            Assert.True(created.ExitCode == 0, created.Errors);
            Assert.StartsWith("The database did not exist and was created.", created.Output);
            Assert.Contains(target, created.Output);
            Assert.Contains("user_logins was created. Migrations applied: 20260101000000_UserLogins", created.Output);

            await using var again = await FetchEtlProcess.RunAsync(settings, "migrate");
            Assert.Equal(
                [target, "user_logins is unchanged: it was up to date."],
                again.Output.TrimEnd().Split(Environment.NewLine));
        }
        finally
        {
            await TestDatabase.ExecuteAsync(
                _database.ConnectionString, $"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        }
    }

    [Fact]
    public async Task A_role_without_the_right_to_create_is_told_the_rights_of_migrate()
    {
        var (_, connection) = await _database.CreateRoleAsync();
        var settings = new Dictionary<string, string> { ["ConnectionStrings__Logins"] = connection };

        await using var run = await FetchEtlProcess.RunAsync(settings, "migrate");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("lacks a right: migrate needs CREATE on the schema", run.Errors);
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
