using Npgsql;

namespace FetchEtl.Logins;

/// <summary>Samples the table of the logins, to find out how its rows were written.</summary>
internal static class ContentSample
{
    /// <summary>
    /// Looks at a thousand ids in the order of their index, which is random. Keyed ids are UUIDs of version 8.
    /// </summary>
    /// <exception cref="DatabaseFaultException">The table lacks a column.</exception>
    public static async Task<TableContent> ReadAsync(LoginDatabase database, CancellationToken cancellationToken)
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
            SELECT pg_catalog.count(*),
                pg_catalog.count(*) FILTER (WHERE pg_catalog.substr(s.message_id::text, 15, 1) = '8')
            FROM (SELECT message_id FROM {database.Tables.UserLogins} ORDER BY message_id LIMIT 1000) AS s
            """;
        var counts = await database.QueryAsync(
            sql, static row => (Rows: row.GetInt64(0), Keyed: row.GetInt64(1)), cancellationToken);
        return counts[0] switch
        {
            { Rows: 0 } => TableContent.Empty,
            { Keyed: 0 } => TableContent.ReceivedIds,
            var (rows, keyed) when keyed == rows => TableContent.KeyedIds,
            _ => TableContent.BothIds,
        };
    }
}
