using System.Data;
using FetchEtl.Logins;
using FetchEtl.Masking;
using Npgsql;

namespace FetchEtl.Maintenance;

/// <summary>
/// One walk over a table in physical order, one range of blocks a transaction. The rows are their own progress: a
/// changed row no longer meets the condition, so an interrupted walk is simply started again. From PostgreSQL 14 on,
/// reading a range does not touch the rest of the table (TID Range Scan).
/// </summary>
/// <remarks>
/// <para>
/// A partitioned table is walked leaf by leaf, since row ids are those of a leaf. A leaf that is created meanwhile is
/// walked too; one that is detached or dropped ends early, without an error.
/// </para>
/// <para>
/// The walk may miss a row that moves meanwhile (by another UPDATE, or VACUUM FULL), and a new row may stand in a block
/// that is already done. A caller that must change all rows counts afterwards.
/// </para>
/// </remarks>
/// <param name="database">The session, open.</param>
/// <param name="table">The table, quoted for SQL.</param>
/// <param name="columns">The text columns to read, quoted for SQL.</param>
/// <param name="condition">The rows to change, as an SQL condition.</param>
/// <param name="batchBlocks">The blocks a transaction.</param>
/// <param name="isPartitioned">Whether the table is partitioned.</param>
/// <param name="readsGeneration">Whether the rows' generations are read too.</param>
internal sealed class BlockPass(
    LoginDatabase database,
    string table,
    IReadOnlyList<string> columns,
    string condition,
    int batchBlocks,
    bool isPartitioned,
    bool readsGeneration = false)
{
    /// <summary>Walks over the table once.</summary>
    /// <param name="change">
    /// Changes the rows of a range, which are locked, in the session's transaction, and returns the number of rows it
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
        var (changed, done, total) = (0L, 0L, 0L);
        var seen = new HashSet<uint>();
        while (await ListNewAsync(seen, cancellationToken) is { Count: > 0 } parts)
        {
            total += parts.Sum(part => part.Blocks);
            progress(done, total);
            foreach (var (part, blocks) in parts)
            {
                for (var first = 0L; first < blocks; first += batchBlocks)
                {
                    var range = new BlockRange(part, (uint)first, (uint)Math.Min(first + batchBlocks, blocks));
                    changed += await ChangeAsync(range, change, cancellationToken);
                    done += range.End - range.First;
                    progress(done, total);
                }
            }
        }

        return changed;
    }

    /// <summary>Lists the parts that are not walked yet, and adds them to those that are.</summary>
    private async Task<List<(TablePart Part, long Blocks)>> ListNewAsync(
        HashSet<uint> seen, CancellationToken cancellationToken)
    {
        var parts = new List<(TablePart Part, long Blocks)>();
        foreach (var part in await TablePart.ListAsync(database, table, isPartitioned, cancellationToken))
        {
            if (seen.Add(part.Oid))
            {
                parts.Add((part, await part.CountBlocksAsync(database, cancellationToken)));
            }
        }

        return parts;
    }

    private async Task<int> ChangeAsync(
        BlockRange range,
        Func<BlockRange, IReadOnlyList<FoundRow>, CancellationToken, Task<int>> change,
        CancellationToken cancellationToken)
    {
        // Stated whatever the role's default: only read committed continues with a row that another session has just
        // changed.
        await using var transaction =
            await database.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        var rows = await database.QueryAsync(
            $"""
            SELECT ctid::text, {(readsGeneration ? MaskedTable.GenerationColumn : "NULL")}::smallint,
                {string.Join(", ", columns)}
            FROM {range.Part.From}
            WHERE ctid >= @from AND ctid < @to AND ({condition}) AND {range.Part.Condition}
            FOR NO KEY UPDATE
            """,
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

    private string Refusal(PostgresException rejection)
    {
        var cause = string.IsNullOrEmpty(rejection.ConstraintName)
            ? "a constraint or a trigger"
            : $"its constraint {rejection.ConstraintName}";
        return $"{table} rejects a mask by {cause} (SQLSTATE {rejection.SqlState}): drop that, and start again; what " +
            "is done is kept.";
    }
}
