using FetchEtl.Logins;
using Npgsql;

namespace FetchEtl.Migrations;

/// <summary>
/// Adds <c>message_id</c> with its unique index, and <c>mask_generation</c>, to a <c>user_logins</c> that others write
/// to. A writer waits at most <see cref="LockLimits.Wait"/> at a time. Each step can run again after an interruption.
/// </summary>
/// <remarks>
/// They run before the migration <see cref="UserLogins"/>: <c>CREATE INDEX CONCURRENTLY</c> cannot run in a
/// transaction or in the blocks of an idempotent script. The migration finds their result and changes nothing.
/// </remarks>
internal sealed class TableAdoption(
    NpgsqlConnection connection, TableName name, Action<string> report, TimeProvider time)
{
    /// <summary>The migration that needs the steps.</summary>
    public const string MigrationId = "20260101000000_UserLogins";

    private const string Index = "ix_user_logins_message_id";

    private const string TableExists =
        """
        SELECT pg_catalog.to_regclass(
            pg_catalog.format('%I.user_logins', pg_catalog.current_schema()::text)) IS NOT NULL
        """;

    private const string ColumnExists =
        """
        SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute
                       WHERE attrelid = 'user_logins'::regclass::oid AND attname::text = @name
                           AND NOT attisdropped)
        """;

    /// <summary>No row where there is no index; false where its build was interrupted.</summary>
    private const string IndexIsValid =
        $"""
        SELECT i.indisvalid FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
        WHERE i.indrelid = 'user_logins'::regclass::oid AND c.relname::text = '{Index}'
        """;

    /// <summary>Whether there is a table to adopt.</summary>
    public Task<bool> HasTableAsync(CancellationToken cancellationToken) =>
        connection.ReadAsync<bool>(name.In(TableExists), cancellationToken);

    /// <summary>Adopts the table where there is one.</summary>
    /// <exception cref="PostgresException">
    /// The table cannot hold logins, a lock was not free in time, or PostgreSQL rejects a statement.
    /// </exception>
    /// <exception cref="LoginMigrationException">Message ids are not unique.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!await HasTableAsync(cancellationToken))
        {
            return;
        }

        await connection.ExecuteAsync(name.In(AdoptionCheck.Sql), cancellationToken);
        await AddColumnAsync("message_id", "uuid", cancellationToken);
        await AddColumnAsync("mask_generation", "smallint", cancellationToken);
        await BuildIndexAsync(cancellationToken);
    }

    /// <summary>Does not rewrite the table: the column is nullable and has no default.</summary>
    private async Task AddColumnAsync(string column, string type, CancellationToken cancellationToken)
    {
        if (await connection.ReadAsync<bool>(
            name.In(ColumnExists), cancellationToken, new NpgsqlParameter<string>("name", column)))
        {
            return;
        }

        report($"Adding the column {column} to {name.Tables}.");
        await connection.ExecuteAsync(
            name.In($"ALTER TABLE user_logins ADD COLUMN {column} {type}"), cancellationToken);
    }

    private async Task BuildIndexAsync(CancellationToken cancellationToken)
    {
        var valid = await connection.ReadAsync<bool?>(name.In(IndexIsValid), cancellationToken);
        if (valid == true)
        {
            return;
        }

        // The locks of a concurrent build let reads and writes pass, so its waits need no limit.
        await connection.ExecuteAsync("SET lock_timeout = 0", cancellationToken);
        if (valid == false)
        {
            report($"Dropping the index {Index}, which an interrupted build left INVALID.");
            await DropIndexAsync(cancellationToken);
        }

        report(
            $"Building the unique index {Index} concurrently. Reads and writes continue; "
            + "the build waits for transactions that are older than itself.");
        try
        {
            await new IndexProgress(connection, report, time).RunAsync(
                () => connection.ExecuteAsync(
                    name.In($"CREATE UNIQUE INDEX CONCURRENTLY {Index} ON user_logins (message_id)"),
                    cancellationToken),
                cancellationToken);
        }
        catch (PostgresException duplicate) when (duplicate.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // An INVALID unique index still rejects the duplicates of other writers.
            await DropIndexAsync(cancellationToken);
            throw new LoginMigrationException(
                $"{name.Tables}.message_id holds the same id more than once, so it cannot be unique. "
                + "Set message_id to NULL in the rows that are not FetchEtl's own, or rename the column.");
        }

        await connection.ExecuteAsync(LockRetry.SetLockTimeout, cancellationToken);
    }

    private Task DropIndexAsync(CancellationToken cancellationToken) =>
        connection.ExecuteAsync($"DROP INDEX CONCURRENTLY IF EXISTS {Index}", cancellationToken);
}
