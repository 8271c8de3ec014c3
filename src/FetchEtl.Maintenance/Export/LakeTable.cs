using FetchEtl.Logins;
using Npgsql;

namespace FetchEtl.Maintenance;

/// <summary>Reads the table for an export. Each statement sees one moment, and needs SELECT only.</summary>
/// <param name="database">A session of its own.</param>
internal sealed class LakeTable(LoginDatabase database)
{
    /// <summary>The columns of a row before those of the file.</summary>
    public const int FirstColumn = 2;

    /// <summary>Npgsql reads the first and the last date of .NET as infinite ones.</summary>
    private const string IsDated = "l.create_date BETWEEN date '0001-01-02' AND date '9999-12-30'";

    /// <summary>A day of which .NET has a date. Infinite dates, and those before Christ, are no days.</summary>
    private const string Day = $"CASE WHEN {IsDated} THEN l.create_date END";

    /// <summary>Hive does not distinguish an empty text, or its own word for no value, from no value.</summary>
    private const string DeviceType =
        "CASE WHEN l.device_type::text COLLATE \"C\" NOT IN ('', '" + LakePath.NoValue
        + "') THEN l.device_type::text COLLATE \"C\" END";

    /// <summary>
    /// The hash of a row. Sums of it, which the order of rows does not change, differ where rows differ, but for one
    /// case in 2^64.
    /// </summary>
    private const string Hash =
        "pg_catalog.hashtextextended(ROW(l.user_id::text, l.masked_ip::text, l.masked_device_id::text, "
        + "l.locale::text, l.app_version, l.message_id, l.mask_generation)::text COLLATE \"C\", 0::bigint)";

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        await database.OpenAsync(cancellationToken);
        var hides = await database.QueryAsync(
            "SELECT pg_catalog.row_security_active('user_logins'::regclass::oid)",
            static reader => reader.GetBoolean(0),
            cancellationToken);
        if (hides[0])
        {
            throw new LakeException(
                "user_logins has row-level security that hides rows from this role, and an export would remove them "
                + "from the lake: use its owner's role, or one with BYPASSRLS.");
        }
    }

    /// <summary>Counts and adds up the rows of each day and device type, in one statement.</summary>
    public Task<List<LakeGroup>> CompareAsync(LakeExportPlan plan, CancellationToken cancellationToken)
    {
        NpgsqlParameter[] parameters =
        [
            .. plan.Since is { } since ? new[] { SqlCommands.Parameter("since", since) } : [],
            .. plan.Until is { } until ? new[] { SqlCommands.Parameter("until", until) } : [],
        ];
        var condition = plan.IsWhole
            ? "true"
            : IsDated + (plan.Since is null ? "" : " AND l.create_date >= @since::date")
                + (plan.Until is null ? "" : " AND l.create_date <= @until::date");
        return database.QueryAsync(
            $"""
            SELECT {Day}, {DeviceType}, pg_catalog.count(*), pg_catalog.sum({Hash})::text
            FROM user_logins AS l WHERE {condition} GROUP BY 1, 2
            """,
            static reader => new LakeGroup(
                DayOf(reader), DeviceTypeOf(reader), reader.GetInt64(2), reader.GetString(3)),
            cancellationToken,
            parameters);
    }

    /// <summary>Reads whether the table can hold rows of a day: a partitioned one has no place for others.</summary>
    public async Task<Func<DateOnly?, bool>> ReadCoverageAsync(CancellationToken cancellationToken)
    {
        var layout = await PartitionLayout.ReadAsync(database, cancellationToken);
        return layout is { IsPartitioned: true }
            ? day => day is null || layout.Partitions.Any(partition =>
                !partition.IsDetachPending && partition.From <= day && day < partition.To)
            : static _ => true;
    }

    /// <summary>Reads the rows of some days, as of one moment, in an order that their values decide.</summary>
    /// <param name="days">The days; empty for the rows without one.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The command and its reader: day and device type, the columns of the files, and the hash.</returns>
    public async Task<(NpgsqlCommand Command, NpgsqlDataReader Reader)> ReadAsync(
        DateOnly[] days, CancellationToken cancellationToken)
    {
        var condition = days.Length > 0
            ? "l.create_date = ANY(@days)"
            : "(l.create_date IS NULL OR l.create_date < date '0001-01-02' OR l.create_date > date '9999-12-30')";
        var command = new NpgsqlCommand(
            $"""
            SELECT {Day} AS day, {DeviceType} AS device, l.user_id::text, l.masked_ip::text, l.masked_device_id::text,
                l.locale::text, l.app_version, l.message_id::text, l.mask_generation::integer, {Hash}
            FROM user_logins AS l WHERE {condition}
            ORDER BY 1, 2, l.user_id::text COLLATE "C", l.masked_device_id::text COLLATE "C",
                l.masked_ip::text COLLATE "C", l.message_id, l.locale::text COLLATE "C", l.app_version,
                l.mask_generation
            """,
            database.Connection)
        {
            CommandTimeout = 0,
        };
        if (days.Length > 0)
        {
            command.Parameters.Add(SqlCommands.Parameter("days", days));
        }

        return (command, await command.ExecuteReaderAsync(cancellationToken));
    }

    public static DateOnly? DayOf(NpgsqlDataReader reader) =>
        reader.IsDBNull(0) ? null : reader.GetFieldValue<DateOnly>(0);

    public static string? DeviceTypeOf(NpgsqlDataReader reader) => reader.IsDBNull(1) ? null : reader.GetString(1);
}
