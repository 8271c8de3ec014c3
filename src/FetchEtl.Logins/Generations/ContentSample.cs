using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FetchEtl.Logins;

/// <summary>Samples the table of the logins, to tell how its rows were written.</summary>
internal static class ContentSample
{
    /// <summary>
    /// Looks at a thousand ids in the order of their index, which is random. Keyed ids are UUIDs of version 8.
    /// </summary>
    /// <exception cref="DatabaseFaultException">The table lacks a column.</exception>
    public static async Task<TableContent> ReadAsync(LoginDbContext database, CancellationToken cancellationToken)
    {
        if (await TableCheck.FindMissingColumnsAsync(database, cancellationToken) is { Count: > 0 } missing)
        {
            throw new DatabaseFaultException(
                new DatabaseFault(
                    FaultKind.Operator,
                    PostgresErrorCodes.UndefinedColumn,
                    TableCheck.Describe(database.Tables, missing)));
        }

        var sql =
            $"""
            SELECT pg_catalog.count(*) AS "Rows",
                pg_catalog.count(*) FILTER (WHERE pg_catalog.substr(s.message_id::text, 15, 1) = '8') AS "Keyed"
            FROM (SELECT message_id FROM {database.Tables.UserLogins} ORDER BY message_id LIMIT 1000) AS s
            """;
        var counts = await database.Database.SqlQueryRaw<IdCounts>(sql).SingleAsync(cancellationToken);
        return counts switch
        {
            { Rows: 0 } => TableContent.Empty,
            { Keyed: 0 } => TableContent.ReceivedIds,
            _ when counts.Keyed == counts.Rows => TableContent.KeyedIds,
            _ => TableContent.BothIds,
        };
    }

    private sealed record IdCounts(long Rows, long Keyed);
}
