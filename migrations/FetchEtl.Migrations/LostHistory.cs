using FetchEtl.Logins;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace FetchEtl.Migrations;

/// <summary>A migration whose objects exist, although EF Core's history has no row of it.</summary>
internal static class LostHistory
{
    /// <summary>Whether PostgreSQL refused to create what exists.</summary>
    public static bool IsSeenIn(PostgresException exception) => exception.SqlState is
        PostgresErrorCodes.DuplicateColumn or PostgresErrorCodes.DuplicateTable or PostgresErrorCodes.DuplicateObject
        or PostgresErrorCodes.DuplicateFunction;

    /// <summary>Names the migration, and the statement that records it.</summary>
    /// <param name="context">The migrations, on an open connection. Each runs in a transaction of its own.</param>
    /// <param name="exception">The refusal.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    public static async Task<LoginMigrationException> DescribeAsync(
        LoginDbContext context, PostgresException exception, CancellationToken cancellationToken)
    {
        var id = (await context.Database.GetPendingMigrationsAsync(cancellationToken)).FirstOrDefault()
            ?? throw exception;
        var record = context.GetService<IHistoryRepository>()
            .GetInsertScript(new HistoryRow(id, ProductInfo.GetVersion()))
            .ReplaceLineEndings(" ").Trim();
        return new LoginMigrationException(
            $"What the migration {id} creates exists already (SQLSTATE {exception.SqlState}), and "
            + $"\"{HistoryRepository.DefaultTableName}\" has no row of that migration. Where the row was lost, record "
            + $"it: {record} Then run 'fetch-etl migrate' again: it compares the tables. Where the object is another "
            + "program's, rename it, or use another schema.");
    }
}
