using FetchEtl.Logins;
using FetchEtl.Masking;

namespace FetchEtl.Maintenance;

/// <summary>
/// A table beside a partitioned <c>user_logins</c> whose rows were rows of it: the table from before the conversion,
/// and partitions that retention detached.
/// </summary>
/// <param name="Name">The name, quoted for SQL.</param>
/// <param name="Problem">Why its rows cannot be searched, as a clause; null where they can.</param>
public sealed record PastTable(string Name, string? Problem)
{
    /// <summary>The problem of a table whose rows the role may read and not change.</summary>
    public const string NotWritable = "the role may not change it";

    /// <summary>
    /// The table from before a conversion, which the conversion keeps, and the partition of rows without a date.
    /// </summary>
    private static readonly string[] Names = ["user_logins_unpartitioned", "user_logins_undated"];

    private static readonly string[] Columns =
    [
        .. PiiFields.All.Select(field => field.Column()), "create_date", "message_id", MaskedTable.GenerationColumn,
    ];

    // Statements on a table run the triggers of its owner with the rights of this role, so a table of another owner is
    // named and not touched.
    private const string ReadTables =
        """
        SELECT c.oid::regclass::text, c.relowner = p.relowner,
            coalesce(pg_catalog.has_table_privilege(c.oid, 'SELECT'), false),
            pg_catalog.row_security_active(c.oid),
            (SELECT pg_catalog.count(*) FROM pg_catalog.pg_attribute a
                WHERE a.attrelid = c.oid AND NOT a.attisdropped AND a.attname::text = ANY (@columns))
        FROM pg_catalog.pg_class p JOIN pg_catalog.pg_class c ON c.relnamespace = p.relnamespace
        WHERE p.oid = pg_catalog.to_regclass('user_logins')::oid AND c.relkind::text = 'r'
            AND (c.relname::text = ANY (@names) AND NOT c.relispartition OR c.oid::regclass::text = ANY (@detached))
        ORDER BY c.relname::text COLLATE "C"
        """;

    /// <summary>Whether the role may change the rows of a table.</summary>
    /// <param name="database">The session.</param>
    /// <param name="table">The table's <see cref="Name"/>.</param>
    /// <param name="deletes">Whether rows are deleted; else they are updated.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>False also where the table is gone.</returns>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public static async Task<bool> MayChangeAsync(
        LoginDatabase database, string table, bool deletes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        return (await database.QueryAsync(
            """
            SELECT coalesce(CASE WHEN @deletes THEN pg_catalog.has_table_privilege(t.oid, 'DELETE')
                ELSE pg_catalog.has_any_column_privilege(t.oid, 'UPDATE') END, false)
            FROM (SELECT pg_catalog.to_regclass(@table)::oid AS oid) AS t
            """,
            static reader => reader.GetBoolean(0),
            cancellationToken,
            SqlCommands.Parameter("deletes", deletes),
            SqlCommands.Parameter("table", table)))[0];
    }

    /// <summary>Lists the tables. It reads the catalog, which needs no right.</summary>
    /// <param name="database">The session.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>The tables; none where <c>user_logins</c> is not partitioned.</returns>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public static async Task<IReadOnlyList<PastTable>> ListAsync(
        LoginDatabase database, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        if (await PartitionLayout.ReadAsync(database, cancellationToken) is not { IsPartitioned: true } layout)
        {
            return [];
        }

        // A statement on user_logins does not see the rows of a partition whose detach was interrupted.
        var detached = layout.Partitions.Where(table => table.IsDetachPending).Concat(layout.Detached);

        return await database.QueryAsync(
            ReadTables,
            static reader => new PastTable(
                reader.GetString(0),
                !reader.GetBoolean(1) ? "it belongs to another role than user_logins"
                : !reader.GetBoolean(2) ? "the role may not read it"
                : reader.GetBoolean(3) ? "row-level security hides rows of it from the role"
                : reader.GetInt64(4) < Columns.Length ? "it lacks columns of user_logins"
                : null),
            cancellationToken,
            SqlCommands.Parameter("names", Names),
            SqlCommands.Parameter("detached", detached.Select(table => table.Name).ToArray()),
            SqlCommands.Parameter("columns", Columns));
    }
}
