using FetchEtl.Logins;

namespace FetchEtl.Maintenance;

/// <summary>
/// A part of a table that has row ids of its own: a plain table, or one leaf of a partitioned table.
/// </summary>
/// <param name="Oid">The relation that stores the rows.</param>
/// <param name="From">What a statement names after FROM or UPDATE.</param>
/// <param name="Condition">The condition that a row of <paramref name="From"/> stands in this part.</param>
internal sealed record TablePart(uint Oid, string From, string Condition)
{
    // A leaf is read through its parent, so rights on the parent suffice, and a leaf that was detached or dropped
    // meanwhile has no rows there. Its partition constraint lets PostgreSQL skip the other leaves.
    private const string ReadLeaves =
        """
        SELECT t.relid::oid, coalesce(pg_catalog.pg_get_partition_constraintdef(t.relid::oid), 'true')
        FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass(@table)) AS t
        WHERE t.isleaf ORDER BY t.relid::regclass::text COLLATE "C"
        """;

    private const string CountBlocks =
        """
        SELECT coalesce(pg_catalog.pg_relation_size(@oid::regclass), 0)
            / pg_catalog.current_setting('block_size')::bigint
        """;

    private const string ReadOid = "SELECT pg_catalog.to_regclass(@table)::oid";

    /// <summary>Lists the parts that a table has now.</summary>
    /// <param name="database">The session.</param>
    /// <param name="table">The table, quoted for SQL.</param>
    /// <param name="isPartitioned">Whether it is partitioned.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    public static async Task<IReadOnlyList<TablePart>> ListAsync(
        LoginDatabase database, string table, bool isPartitioned, CancellationToken cancellationToken) =>
        await database.QueryAsync(
            isPartitioned ? ReadLeaves : ReadOid,
            reader =>
            {
                var oid = reader.GetFieldValue<uint>(0);
                return isPartitioned
                    ? new TablePart(oid, table, $"tableoid = {oid}::oid AND ({reader.GetString(1)})")
                    : new TablePart(oid, $"ONLY {table}", "true");
            },
            cancellationToken,
            SqlCommands.Parameter("table", table));

    /// <summary>Counts the blocks; 0 where the relation was dropped meanwhile.</summary>
    public async Task<long> CountBlocksAsync(LoginDatabase database, CancellationToken cancellationToken) =>
        (await database.QueryAsync(
            CountBlocks,
            static reader => reader.GetInt64(0),
            cancellationToken,
            SqlCommands.Parameter("oid", Oid, "oid")))[0];
}
