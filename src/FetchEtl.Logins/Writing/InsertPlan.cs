using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// Lets PostgreSQL plan the statements of the writer: it looks up tables, columns, the unique index and the rights of
/// the session's role, and executes nothing.
/// </summary>
public static class InsertPlan
{
    /// <summary>Plans the insert of logins, and with a vault that of sealed values.</summary>
    /// <param name="database">The database. Nothing in it changes.</param>
    /// <param name="hasVault">Whether values are sealed; see <see cref="MaskingOptions.HasVault"/>.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>A task that completes when PostgreSQL would take rows.</returns>
    /// <exception cref="DatabaseFaultException">The server is read-only.</exception>
    /// <exception cref="NpgsqlException">Something is missing, or the server cannot be reached.</exception>
    public static async Task CheckAsync(
        LoginDatabase database, bool hasVault, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(database);
        var target = await new TableForm().ReadAsync(database, cancellationToken);
        var logins = $"EXPLAIN {new UnnestInsert(database.Tables, target).Sql}";
        await database.ExecuteAsync(logins, cancellationToken, UnnestInsert.Parameters([]));
        if (hasVault)
        {
            var sealedValues =
                $"""
                EXPLAIN INSERT INTO {database.Tables.PiiVault} (mask, field, sealed, generation, key_id, signature)
                VALUES (''::text, ''::text, ''::bytea, 1, ''::text, ''::bytea)
                ON CONFLICT (mask, field) DO NOTHING
                """;
            await database.ExecuteAsync(sealedValues, cancellationToken);
        }

        var isReadOnly = await database.QueryAsync(
            "SELECT pg_catalog.current_setting('transaction_read_only') = 'on'",
            static row => row.GetBoolean(0),
            cancellationToken);
        if (isReadOnly[0])
        {
            throw new DatabaseFaultException(DatabaseFaults.ReadOnly);
        }
    }
}
