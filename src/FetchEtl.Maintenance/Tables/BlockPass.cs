using System.Data;
using FetchEtl.Logins;
using FetchEtl.Masking;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FetchEtl.Maintenance;

/// <summary>
/// One walk over a table in physical order, one range of blocks a transaction. The rows are their own progress: a
/// changed row no longer meets the condition, so an interrupted walk is simply started again. From PostgreSQL 14 on,
/// reading a range does not touch the rest of the table (TID Range Scan).
/// </summary>
/// <remarks>
/// The walk may miss a row that moves meanwhile (by another UPDATE, or VACUUM FULL), and a new row may stand in a block
/// that is already done. A caller that must change all rows counts afterwards.
/// </remarks>
/// <param name="database">The session, open.</param>
/// <param name="table">The table, quoted for SQL.</param>
/// <param name="columns">The text columns to read, quoted for SQL.</param>
/// <param name="condition">The rows to change, as an SQL condition.</param>
/// <param name="batchBlocks">The blocks a transaction.</param>
/// <param name="readsGeneration">Whether the rows' generations are read too.</param>
internal sealed class BlockPass(
    LoginDbContext database,
    string table,
    IReadOnlyList<string> columns,
    string condition,
    int batchBlocks,
    bool readsGeneration = false)
{
    private readonly string _select =
        $"""
        SELECT ctid::text, {(readsGeneration ? MaskedTable.GenerationColumn : "NULL")}::smallint,
            {string.Join(", ", columns)}
        FROM ONLY {table}
        WHERE ctid >= @from AND ctid < @to AND ({condition})
        FOR NO KEY UPDATE
        """;

    /// <summary>Walks over the table once.</summary>
    /// <param name="change">
    /// Changes the rows of a range, which are locked, in the context's transaction, and returns the number of rows it
    /// changed. A row that it changed must no longer meet the condition.
    /// </param>
    /// <param name="progress">Receives the blocks that are done and the total, after each range.</param>
    /// <param name="cancellationToken">
    /// Ends the walk; the range under way is rolled back, earlier ones are kept.
    /// </param>
    /// <returns>The number of rows that were changed.</returns>
    public async Task<long> RunAsync(
        Func<BlockRange, IReadOnlyList<FoundRow>, CancellationToken, Task<int>> change,
        Action<long, long> progress,
        CancellationToken cancellationToken)
    {
        var total = await CountBlocksAsync(cancellationToken);
        var changed = 0L;
        progress(0, total);
        for (var first = 0L; first < total; first += batchBlocks)
        {
            var range = new BlockRange((uint)first, (uint)Math.Min(first + batchBlocks, total));
            changed += await ChangeAsync(range, change, cancellationToken);
            progress(range.End, total);
        }

        return changed;
    }

    private async Task<int> ChangeAsync(
        BlockRange range,
        Func<BlockRange, IReadOnlyList<FoundRow>, CancellationToken, Task<int>> change,
        CancellationToken cancellationToken)
    {
        // Stated whatever the role's default: only read committed continues with a row that another session has just
        // changed.
        await using var transaction =
            await database.Database.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        var rows = await database.QueryAsync(
            _select,
            Read,
            cancellationToken,
            SqlCommands.Parameter("from", range.From, "tid"),
            SqlCommands.Parameter("to", range.To, "tid"));
        try
        {
            var changed = rows.Count > 0 ? await change(range, rows, cancellationToken) : 0;
            await transaction.CommitAsync(CancellationToken.None);
            return changed;
        }
        catch (PostgresException rejection) when (rejection.SqlState is ['2', '2' or '3', ..] or ['P', '0', ..])
        {
            // The exception's own text may quote the row. Deferred constraints reject at the commit.
            throw new MaskingRefusedException([Refusal(rejection)]);
        }
    }

    private FoundRow Read(NpgsqlDataReader reader)
    {
        var values = new string?[columns.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = reader.IsDBNull(i + 2) ? null : reader.GetString(i + 2);
        }

        return new FoundRow(reader.GetString(0), values)
        {
            Generation = reader.IsDBNull(1) ? null : reader.GetInt16(1),
        };
    }

    private async Task<long> CountBlocksAsync(CancellationToken cancellationToken)
    {
        var blocks = await database.QueryAsync(
            """
            SELECT pg_catalog.pg_relation_size(@table::regclass)
                / pg_catalog.current_setting('block_size')::bigint
            """,
            static reader => reader.GetInt64(0),
            cancellationToken,
            SqlCommands.Parameter("table", table));
        return blocks[0];
    }

    private string Refusal(PostgresException rejection)
    {
        var cause = string.IsNullOrEmpty(rejection.ConstraintName)
            ? "a constraint or a trigger"
            : $"its constraint {rejection.ConstraintName}";
        return $"{table} rejects a mask by {cause} (SQLSTATE {rejection.SqlState}): drop that, and start again; what " +
            "is done is kept.";
    }
}
