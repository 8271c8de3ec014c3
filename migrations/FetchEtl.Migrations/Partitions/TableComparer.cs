using System.Data;
using System.Globalization;
using System.Numerics;

namespace FetchEtl.Migrations;

/// <summary>
/// Compares the rows of <c>user_logins</c> and of the partitioned table in one snapshot. A row is mirrored in the
/// transaction that inserts it, so both are equal in every snapshot. Rows are compared by their number and by the sum
/// of a 64-bit hash of each row's text.
/// </summary>
/// <param name="session">The session.</param>
internal sealed class TableComparer(ConversionSession session)
{
    /// <summary>
    /// The partition of undated rows comes last: a new partition for a writer's date needs a lock on it, which a read
    /// holds up.
    /// </summary>
    private const string Leaves =
        """
        SELECT i.inhrelid::regclass::text FROM pg_catalog.pg_inherits AS i
            JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = pg_catalog.to_regclass(@target)::oid
        ORDER BY pg_catalog.pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT', c.relname
        """;

    /// <summary>Compares them.</summary>
    /// <exception cref="LoginMigrationException">They differ.</exception>
    public async Task RequireEqualAsync(Action<int, int> progress, CancellationToken cancellationToken)
    {
        var (old, copy) = await session.InTransactionAsync(
            IsolationLevel.RepeatableRead, () => SumAsync(progress, cancellationToken), cancellationToken);
        if (old != copy)
        {
            throw new LoginMigrationException(string.Create(
                CultureInfo.InvariantCulture,
                $"user_logins has {old.Rows:N0} rows and its partitioned copy {copy.Rows:N0}, or their values differ. "
                + $"user_logins stays as it is. Somebody disabled a trigger or wrote to the copy: give the conversion "
                + $"up by 'fetch-etl migrate --partition-by none', and start again."));
        }
    }

    private async Task<(Content Old, Content Copy)> SumAsync(
        Action<int, int> progress, CancellationToken cancellationToken)
    {
        var old = await ReadAsync(session.Qualified("user_logins"), cancellationToken);
        var leaves = await session.ReadAsync(Leaves, cancellationToken, session.Target);
        var copy = new Content(0, BigInteger.Zero);
        for (var place = 0; place < leaves.Count; place++)
        {
            progress(place + 1, leaves.Count + 1);
            copy += await ReadAsync(leaves[place], cancellationToken);
        }

        progress(leaves.Count + 1, leaves.Count + 1);
        return (old, copy);
    }

    private async Task<Content> ReadAsync(string table, CancellationToken cancellationToken)
    {
        var sums = await session.QueryAsync(
            $"""
            SELECT pg_catalog.count(*),
                coalesce(pg_catalog.sum(pg_catalog.hashtextextended(fetch_etl_row::text, 0)), 0)::text
            FROM ONLY {table} AS fetch_etl_row
            """,
            static reader => new Content(
                reader.GetInt64(0), BigInteger.Parse(reader.GetString(1), CultureInfo.InvariantCulture)),
            cancellationToken);
        return sums[0];
    }

    private sealed record Content(long Rows, BigInteger Hashes)
    {
        public static Content operator +(Content first, Content second) =>
            new(first.Rows + second.Rows, first.Hashes + second.Hashes);
    }
}
