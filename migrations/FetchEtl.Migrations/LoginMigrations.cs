using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Storage;

namespace FetchEtl.Migrations;

/// <summary>
/// Brings a database to the table that logins are written to, <c>user_logins</c> in the first schema of the
/// <c>search_path</c>. A table that is already there is adopted, rows and all.
/// </summary>
public static class LoginMigrations
{
    /// <summary>
    /// Applies what is missing, each migration in one transaction; makes the database where there is none. Safe to run at any
    /// time and from several processes at once: they take turns.
    /// </summary>
    /// <param name="connectionString">Npgsql's connection string, of a role that may create tables.</param>
    /// <param name="cancellationToken">Stops between statements; what is not committed is rolled back.</param>
    /// <returns>A task that completes when the table stands.</returns>
    /// <exception cref="Npgsql.NpgsqlException">
    /// PostgreSQL can't be reached or refuses; a table that can't be adopted is refused by name of its column, with the
    /// remedy as the exception's hint.
    /// </exception>
    public static async Task MigrateAsync(string connectionString, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        await using var context = LoginDbContextFactory.Create(connectionString);
        var database = context.GetService<IRelationalDatabaseCreator>();
        if (!await database.ExistsAsync(cancellationToken))
        {
            await database.CreateAsync(cancellationToken);
        }

        // EF Core's own lock ends with each migration: another process could then apply the next one, and this one would again.
        await using var guard = LoginDbContextFactory.Create(connectionString);
        await using var turn = await guard.Database.BeginTransactionAsync(cancellationToken);
        await guard.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended('FetchEtl.Migrations', 0))", cancellationToken);
        await context.Database.MigrateAsync(cancellationToken);
    }

    /// <summary>All migrations as one SQL script that may be run any number of times, with psql for instance.</summary>
    /// <returns>The script, the same as the repository's <c>user_logins.sql</c>.</returns>
    public static string Script()
    {
        using var context = LoginDbContextFactory.Create(connectionString: null);
        var script = context.GetService<IMigrator>().GenerateScript(options: MigrationsSqlGenerationOptions.Idempotent);
        return script.ReplaceLineEndings("\n").TrimEnd() + "\n";
    }
}
