using FetchEtl.Testing;
using Microsoft.EntityFrameworkCore;

namespace FetchEtl.Migrations.Tests;

public sealed class ScriptTests
{
    /// <summary>After a new migration: <c>dotnet run --project src/FetchEtl.Service -- migrate --script</c> writes it anew.</summary>
    [Fact]
    public async Task The_committed_script_is_the_one_the_migrations_make()
    {
        var path = Path.Combine(RepositoryRoot.Folder, "migrations", "user_logins.sql");

        Assert.Equal(LoginMigrations.Script(), await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task The_script_runs_any_number_of_times_and_leaves_nothing_to_migrate()
    {
        await using var database = await PostgresDatabase.CreateAsync();

        await TestDatabase.ExecuteAsync(database.ConnectionString, LoginMigrations.Script());
        await TestDatabase.ExecuteAsync(database.ConnectionString, LoginMigrations.Script());

        await using var context = LoginDbContextFactory.Create(database.ConnectionString);
        Assert.Empty(await context.Database.GetPendingMigrationsAsync());
        await LoginMigrations.MigrateAsync(database.ConnectionString);
    }
}
