using FetchEtl.Logins;
using FetchEtl.Masking;
using Npgsql;

namespace FetchEtl.Maintenance;

/// <summary>Finds a table, or something of that kind, whose rows are only read.</summary>
internal static class ReadableTable
{
    private const string ReadTable =
        """
        SELECT c.oid::regclass::text, c.relkind::text, pg_catalog.row_security_active(c.oid)
        FROM pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass(@table)::oid
        """;

    /// <param name="database">The session.</param>
    /// <param name="name">The table's name, as SQL writes it.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>The name, quoted for SQL.</returns>
    /// <exception cref="MaskingRefusedException">The table does not exist, or its rows are hidden.</exception>
    public static async Task<string> FindAsync(
        LoginDatabase database, string name, CancellationToken cancellationToken)
    {
        var tables = new List<(string Name, string Kind, bool HidesRows)>();
        try
        {
            tables = await database.QueryAsync(
                ReadTable,
                static reader => (reader.GetString(0), reader.GetString(1), reader.GetBoolean(2)),
                cancellationToken,
                SqlCommands.Parameter("table", name));
        }
        catch (PostgresException exception)
            when (exception.SqlState is PostgresErrorCodes.InvalidName or PostgresErrorCodes.SyntaxError)
        {
            // A name that is no SQL name is reported as a table that does not exist.
        }

        return tables switch
        {
            [{ HidesRows: true } table] => throw new MaskingRefusedException(
            [
                $"{table.Name} has row-level security that hides rows from this role: use its owner's role, or one " +
                "with BYPASSRLS.",
            ]),
            [{ Kind: "r" or "p" or "v" or "m" or "f" } table] => table.Name,
            _ => throw new MaskingRefusedException(
            [
                $"There is no table {name}: write it as in SQL, with its schema where the search_path in " +
                "ConnectionStrings:Logins does not lead to it.",
            ]),
        };
    }
}
