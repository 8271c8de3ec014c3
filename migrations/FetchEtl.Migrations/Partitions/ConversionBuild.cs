using System.Data;
using System.Globalization;
using FetchEtl.Logins;
using Npgsql;
using NpgsqlTypes;

namespace FetchEtl.Migrations;

/// <summary>Builds the partitioned copy: creates it, begins to mirror new rows, and copies the older ones.</summary>
/// <param name="session">The session.</param>
/// <param name="source">The table.</param>
/// <param name="locks">Tries again where a lock is not free.</param>
/// <param name="today">The day whose partition is the first.</param>
/// <param name="batchBlocks">The blocks that one transaction copies.</param>
internal sealed class ConversionBuild(
    ConversionSession session, ConversionSource source, LockRetry locks, DateOnly today, int batchBlocks)
{
    /// <summary>The name of today's partition.</summary>
    public string FirstLeaf(PartitionInterval interval) => interval == PartitionInterval.Month
        ? today.ToString("'user_logins_p'yyyy'_'MM", CultureInfo.InvariantCulture)
        : today.ToString("'user_logins_p'yyyy'_'MM'_'dd", CultureInfo.InvariantCulture);

    /// <summary>Creates the copy and the helpers, and then begins to mirror: the lock is held shortly.</summary>
    public async Task BeginAsync(PartitionInterval interval, CancellationToken cancellationToken)
    {
        var columns = await source.ReadColumnsAsync(cancellationToken);
        await session.InTransactionAsync(IsolationLevel.ReadCommitted, CreateAsync, cancellationToken);

        async Task<bool> CreateAsync()
        {
            var options = (await session.ReadAsync(
                PartitionSql.WithOptions, cancellationToken, session.Name("table", "user_logins"))).Single();
            await session.ExecuteAsync(
                PartitionSql.CreateParent(session.Schema, ConversionSql.Target, options), cancellationToken);
            await session.ExecuteEachAsync(
                await session.ReadAsync(CarriedOver.Indexes, cancellationToken, session.Old, session.Target),
                cancellationToken);
            await session.ExecuteEachAsync(
                await session.ReadAsync(CarriedOver.Columns, cancellationToken, session.Old, session.Target),
                cancellationToken);
            await session.ExecuteAsync(
                PartitionSql.CreateFirstLeaf(session.Schema, ConversionSql.Target, interval, today, options),
                cancellationToken);
            await session.ExecuteAsync(
                PartitionSql.CreateFunction(session.Schema, ConversionSql.Target), cancellationToken);
            await session.ExecuteAsync(
                ConversionSql.CreateHelpers(session.Schema, columns, interval), cancellationToken);
            string[] tables =
            [
                ConversionSql.Target, PartitionSql.Undated, FirstLeaf(interval), ConversionSql.State,
                ConversionSql.Rows,
            ];
            await GiveToOwnerAsync(tables, cancellationToken);
            await session.ExecuteAsync(
                $"""
                SELECT {session.Qualified(PartitionSql.AddPartition)}(d.day)
                FROM pg_catalog.unnest(@days) AS d (day)
                """,
                cancellationToken,
                new NpgsqlParameter<DateOnly[]>("days", Ahead(interval)));
            await session.ExecuteAsync(ConversionSql.BeginMirroring(session.Schema), cancellationToken);
            return true;
        }
    }

    /// <summary>Copies what is not copied yet.</summary>
    public async Task CopyAsync(IProgress<PartitionProgress> progress, CancellationToken cancellationToken)
    {
        var columns = await source.ReadColumnsAsync(cancellationToken);
        (long Next, long Total) place;
        do
        {
            place = default;
            await locks.RunAsync(
                async () => place = await session.InTransactionAsync(
                    IsolationLevel.ReadCommitted, () => CopyRangeAsync(columns, cancellationToken), cancellationToken),
                cancellationToken);
            progress.Report(new PartitionProgress("copying", place.Next, place.Total));
        }
        while (place.Next < place.Total);
    }

    /// <summary>The owner adds partitions later, and default privileges must give others no rights.</summary>
    private async Task GiveToOwnerAsync(string[] tables, CancellationToken cancellationToken)
    {
        string[] owned =
        [
            .. tables.Select(table => $"TABLE {session.Qualified(table)}"),
            .. ConversionSql.Functions(session.Schema).Select(function => $"FUNCTION {function}"),
        ];
        await session.ExecuteEachAsync(
            await session.ReadAsync(
                CarriedOver.Owner, cancellationToken, session.Old, new NpgsqlParameter<string[]>("targets", owned)),
            cancellationToken);
        foreach (var table in tables)
        {
            await session.RevokeAsync(table, cancellationToken);
        }

        foreach (var function in ConversionSql.Functions(session.Schema))
        {
            await session.ExecuteEachAsync(
                await session.ReadAsync(
                    CarriedOver.FunctionRevokes,
                    cancellationToken,
                    new NpgsqlParameter<string>("function", function)),
                cancellationToken);
        }
    }

    private DateOnly[] Ahead(PartitionInterval interval) => interval == PartitionInterval.Month
        ? [.. Enumerable.Range(1, 2).Select(today.AddMonths)]
        : [.. Enumerable.Range(1, 7).Select(today.AddDays)];

    /// <summary>Copies one range, and records it in the same transaction.</summary>
    private async Task<(long Next, long Total)> CopyRangeAsync(string columns, CancellationToken cancellationToken)
    {
        // From here on no session can rewrite the table.
        await session.ExecuteAsync(
            $"LOCK TABLE ONLY {session.Qualified("user_logins")} IN ACCESS SHARE MODE", cancellationToken);
        var (from, total) = await source.ReadPlaceAsync(cancellationToken);
        var to = Math.Min(from + batchBlocks, total);
        if (from < to)
        {
            await session.ExecuteAsync(ConversionSql.AddPartitions(session.Schema), cancellationToken, Range());
            await session.ExecuteAsync(ConversionSql.Copy(session.Schema, columns), cancellationToken, Range());
            await session.ExecuteAsync(
                $"UPDATE {session.Qualified(ConversionSql.State)} SET next_block = @to",
                cancellationToken,
                new NpgsqlParameter<long>("to", to));
        }

        return (to, total);

        NpgsqlParameter[] Range() =>
        [
            Tid("from", from),
            Tid("to", to),
        ];

        static NpgsqlParameter Tid(string name, long block) =>
            new NpgsqlParameter<NpgsqlTid>(name, new NpgsqlTid((uint)block, 0)) { NpgsqlDbType = NpgsqlDbType.Tid };
    }
}
