using System.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// One walk over a table in physical order, a range of blocks a transaction. The rows are their own progress: what is changed
/// no longer fits the condition, so a walk that was cut off is simply begun again. From PostgreSQL 14 on a range is read
/// without looking at the rest of the table (TID Range Scan).
/// </summary>
/// <remarks>
/// A row that moves while it walks (by somebody's UPDATE, or VACUUM FULL) may be missed, and a new one may stand in a block
/// passed by: whoever must have all of them counts afterwards.
/// </remarks>
/// <param name="database">The session, open.</param>
/// <param name="table">The table, quoted for SQL.</param>
/// <param name="columns">The text columns to read, quoted for SQL.</param>
/// <param name="condition">Which rows to change, in SQL.</param>
/// <param name="batchBlocks">Blocks a transaction.</param>
internal sealed class BlockPass(LoginDbContext database, string table, IReadOnlyList<string> columns, string condition, int batchBlocks)
{
    private readonly string _select =
        $"""
        SELECT ctid::text, {string.Join(", ", columns)} FROM ONLY {table}
        WHERE ctid >= @from AND ctid < @to AND ({condition})
        FOR NO KEY UPDATE
        """;

    /// <summary>Walks.</summary>
    /// <param name="change">
    /// Changes the rows of a range, which are locked, in the context's transaction; returns how many it changed. What it changes
    /// must not fit the condition any more.
    /// </param>
    /// <param name="progress">Told after each range: blocks done, and of how many.</param>
    /// <param name="cancellationToken">Ends it with what is committed; the range under way is rolled back.</param>
    /// <returns>The number of rows that were changed.</returns>
    public async Task<long> RunAsync(
        Func<BlockRange, IReadOnlyList<FoundRow>, CancellationToken, Task<int>> change, Action<long, long> progress, CancellationToken cancellationToken)
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
        BlockRange range, Func<BlockRange, IReadOnlyList<FoundRow>, CancellationToken, Task<int>> change, CancellationToken cancellationToken)
    {
        // Whatever the role's default: only read committed goes on with a row that somebody else has just changed.
        await using var transaction = await database.Database.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        var rows = await database.QueryAsync(
            _select, Read, cancellationToken, LiftSql.Parameter("from", range.From, "tid"), LiftSql.Parameter("to", range.To, "tid"));
        try
        {
            var changed = rows.Count > 0 ? await change(range, rows, cancellationToken) : 0;
            await transaction.CommitAsync(CancellationToken.None);
            return changed;
        }
        catch (PostgresException refusal) when (refusal.SqlState is ['2', '2' or '3', ..] or ['P', '0', ..])
        {
            // The exception's own text may quote the row. What is deferred refuses at the commit.
            throw new MaskingRefusedException([Refusal(refusal)]);
        }
    }

    private FoundRow Read(NpgsqlDataReader reader)
    {
        var values = new string?[columns.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = reader.IsDBNull(i + 1) ? null : reader.GetString(i + 1);
        }

        return new FoundRow(reader.GetString(0), values);
    }

    private async Task<long> CountBlocksAsync(CancellationToken cancellationToken)
    {
        var blocks = await database.QueryAsync(
            "SELECT pg_relation_size(@table::regclass) / current_setting('block_size')::bigint",
            static reader => reader.GetInt64(0),
            cancellationToken,
            LiftSql.Parameter("table", table));
        return blocks[0];
    }

    private string Refusal(PostgresException refusal)
    {
        var what = string.IsNullOrEmpty(refusal.ConstraintName) ? "a constraint or a trigger" : $"its constraint {refusal.ConstraintName}";
        return $"{table} refuses a mask by {what} (SQLSTATE {refusal.SqlState}): drop that, and start again; what is done stays.";
    }
}
