using FetchEtl.Testing;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FetchEtl.Migrations.Tests;

public sealed class ScriptTests : IAsyncLifetime
{
    private PostgresDatabase _database = null!;

    public async Task InitializeAsync() => _database = await PostgresDatabase.CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task The_script_runs_any_number_of_times_and_leaves_nothing_to_migrate()
    {
        await TestDatabase.ExecuteAsync(_database.ConnectionString, LoginMigrations.Script());
        await TestDatabase.ExecuteAsync(_database.ConnectionString, LoginMigrations.Script());

        await AssertNothingIsPendingAsync();
    }

    [Fact]
    public async Task The_script_adopts_a_table_without_rows()
    {
        await TestDatabase.ExecuteAsync(_database.ConnectionString, TestDatabase.OriginalTable);

        await TestDatabase.ExecuteAsync(_database.ConnectionString, LoginMigrations.Script());

        Assert.Equal(["True"], await TestDatabase.IndexAsync(_database.ConnectionString));
        await AssertNothingIsPendingAsync();
    }

    [Fact]
    public async Task The_script_leaves_a_table_with_rows_alone_and_the_statements_of_its_hint_let_it_pass()
    {
        await TestDatabase.ExecuteAsync(
            _database.ConnectionString,
            $"{TestDatabase.OriginalTable}; INSERT INTO user_logins (user_id) VALUES ('u')");
        var before = await TestDatabase.ColumnsAsync(_database.ConnectionString);

        var error = await Assert.ThrowsAsync<PostgresException>(RunScriptAsync);

        Assert.Equal("user_logins has rows, and building its index here would block writers", error.MessageText);
        Assert.Equal(before, await TestDatabase.ColumnsAsync(_database.ConnectionString));

        Assert.StartsWith("Run fetch-etl migrate", error.Hint);
        var statements = error.Hint!.Split("or run first: ")[1];
        foreach (var statement in statements.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            await TestDatabase.ExecuteAsync(_database.ConnectionString, statement);
        }

        await RunScriptAsync();
        await AssertNothingIsPendingAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task The_script_rejects_an_INVALID_index(int rows)
    {
        await TestDatabase.ExecuteAsync(
            _database.ConnectionString,
            $"""
            {TestDatabase.OriginalTable};
            ALTER TABLE user_logins ADD message_id uuid;
            INSERT INTO user_logins SELECT 'u' FROM generate_series(1, {rows});
            CREATE UNIQUE INDEX ix_user_logins_message_id ON user_logins (message_id);
            UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_user_logins_message_id'::regclass;
            """);

        var error = await Assert.ThrowsAsync<PostgresException>(RunScriptAsync);

        Assert.Equal("the index ix_user_logins_message_id is INVALID: its build was interrupted", error.MessageText);
        Assert.StartsWith("Run fetch-etl migrate", error.Hint);
    }

    private Task RunScriptAsync() => TestDatabase.ExecuteAsync(_database.ConnectionString, LoginMigrations.Script());

    private async Task AssertNothingIsPendingAsync()
    {
        await using var context = LoginDbContextFactory.Create(_database.ConnectionString);
        Assert.Empty(await context.Database.GetPendingMigrationsAsync());
        await LoginMigrations.MigrateAsync(_database.ConnectionString);
    }
}
