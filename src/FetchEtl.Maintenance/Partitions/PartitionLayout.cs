using System.Globalization;
using System.Text.RegularExpressions;
using FetchEtl.Logins;

namespace FetchEtl.Maintenance;

/// <summary>How <c>user_logins</c> is stored, as the catalog says. It reads no row and needs no right.</summary>
/// <param name="IsPartitioned">Whether it is partitioned.</param>
/// <param name="Partitions">Its partitions: those with days by their day, then others.</param>
/// <param name="Detached">Tables beside it that were its partitions, as their names say.</param>
public sealed partial record PartitionLayout(
    bool IsPartitioned, IReadOnlyList<Partition> Partitions, IReadOnlyList<Partition> Detached)
{
    /// <summary>What marks a detached table that is to be dropped.</summary>
    internal const string DropMark = "fetch-etl partitions: to be dropped";

    private const string ReadKind =
        """
        SELECT c.relkind::text = 'p' FROM pg_catalog.pg_class c
        WHERE c.oid = pg_catalog.to_regclass('user_logins')::oid
        """;

    // PostgreSQL 13 has no column inhdetachpending.
    private const string ReadPartitions =
        $"""
        SELECT c.oid::regclass::text, coalesce(pg_catalog.pg_get_expr(c.relpartbound, c.oid), ''),
            c.reltuples::bigint, coalesce(pg_catalog.pg_total_relation_size(c.oid::regclass), 0),
            c.relkind::text = 'r',
            coalesce((pg_catalog.to_jsonb(i) ->> 'inhdetachpending'::text)::boolean, false), false,
            coalesce(pg_catalog.obj_description(c.oid, 'pg_class'::name) = '{DropMark}', false)
        FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = pg_catalog.to_regclass('user_logins')::oid
        """;

    // The name of a partition that was created anew beside its detached table ends with a number. Anyone who may create
    // tables can add one of such a name: only those of the owner of user_logins were its partitions.
    private const string ReadDetached =
        $"""
        SELECT c.oid::regclass::text, c.relname::text,
            c.reltuples::bigint, coalesce(pg_catalog.pg_total_relation_size(c.oid::regclass), 0),
            true, false, true,
            coalesce(pg_catalog.obj_description(c.oid, 'pg_class'::name) = '{DropMark}', false)
        FROM pg_catalog.pg_class p JOIN pg_catalog.pg_class c ON c.relnamespace = p.relnamespace
        WHERE p.oid = pg_catalog.to_regclass('user_logins')::oid AND p.relkind::text = 'p' AND c.relkind::text = 'r'
            AND NOT c.relispartition AND c.relowner = p.relowner
            AND c.relname::text COLLATE "C" ~ '^user_logins_p[0-9][0-9][0-9][0-9]_[0-9][0-9](_[0-9][0-9])?(_[0-9]+)?$'
        """;

    // The form of the bounds depends on this setting, which a database or a role can have.
    private const string ReadDatesAsIso = "SET LOCAL datestyle = 'ISO, YMD'";

    /// <summary>The interval: that of the partition with the last day; null where no partition has days.</summary>
    public PartitionInterval? Interval => Partitions.LastOrDefault(
        partition => partition.From > DateOnly.MinValue && partition.To < DateOnly.MaxValue) is { } last
        ? last.To!.Value.DayNumber - last.From!.Value.DayNumber == 1 ? PartitionInterval.Day : PartitionInterval.Month
        : null;

    /// <summary>Reads the layout.</summary>
    /// <param name="database">A session without a transaction.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>The layout; null where there is no table <c>user_logins</c>.</returns>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public static async Task<PartitionLayout?> ReadAsync(LoginDatabase database, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        await using var transaction = await database.BeginTransactionAsync(cancellationToken: cancellationToken);
        await database.ExecuteAsync(ReadDatesAsIso, cancellationToken);
        var kinds = await database.QueryAsync(ReadKind, static reader => reader.GetBoolean(0), cancellationToken);
        return kinds.Count == 0 ? null : new PartitionLayout(
            kinds[0],
            await ReadAsync(database, kinds[0] ? ReadPartitions : null, cancellationToken),
            await ReadAsync(database, kinds[0] ? ReadDetached : null, cancellationToken));
    }

    private static async Task<IReadOnlyList<Partition>> ReadAsync(
        LoginDatabase database, string? sql, CancellationToken cancellationToken)
    {
        if (sql is null)
        {
            return [];
        }

        var found = await database.QueryAsync(
            sql,
            static reader =>
            {
                var bound = reader.GetString(1);
                var (from, to) = DaysOf(bound);
                var rows = reader.GetInt64(2);
                return new Partition(reader.GetString(0), from, to, rows < 0 ? null : rows, reader.GetInt64(3))
                {
                    IsDefault = bound == "DEFAULT",
                    IsOtherRange = to is null && bound.StartsWith("FOR VALUES FROM", StringComparison.Ordinal),
                    IsPlain = reader.GetBoolean(4),
                    IsDetachPending = reader.GetBoolean(5),
                    IsDetached = reader.GetBoolean(6),
                    IsDropPending = reader.GetBoolean(7),
                };
            },
            cancellationToken);
        return
        [
            .. found.OrderBy(partition => partition.To ?? DateOnly.MaxValue)
                .ThenBy(partition => partition.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>The days of a bound, or of the name of a detached table.</summary>
    private static (DateOnly? From, DateOnly? To) DaysOf(string text)
    {
        if (Bound().Match(text) is { Success: true } bound)
        {
            var from = bound.Groups["from"] is { Success: true } first ? Day(first.Value) : DateOnly.MinValue;
            var to = bound.Groups["to"] is { Success: true } last ? Day(last.Value) : DateOnly.MaxValue;
            return from is null || to is null ? default : (from, to);
        }

        if (Name().Match(text) is { Success: true } name)
        {
            var month = $"{name.Groups["year"].Value}-{name.Groups["month"].Value}";
            return name.Groups["day"].Success
                ? Day($"{month}-{name.Groups["day"].Value}") is { } day ? (day, day.AddDays(1)) : default
                : Day($"{month}-01") is { } first ? (first, first.AddMonths(1)) : default;
        }

        return default;

        static DateOnly? Day(string day) => DateOnly.TryParseExact(
            day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;
    }

    [GeneratedRegex(
        @"^FOR VALUES FROM \(('(?<from>[0-9-]+)'|MINVALUE)\) TO \(('(?<to>[0-9-]+)'|MAXVALUE)\)\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Bound();

    [GeneratedRegex(
        @"^user_logins_p(?<year>[0-9]{4})_(?<month>[0-9]{2})(_(?<day>[0-9]{2}))?(_[0-9]+)?\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
