using System.Data;
using System.Globalization;
using System.Runtime.InteropServices;
using FetchEtl.Logins;
using FetchEtl.Masking;
using Npgsql;

namespace FetchEtl.Maintenance;

/// <summary>
/// Adds up the logins of a period. PostgreSQL does the counting, as of one moment, in a transaction that cannot write.
/// It needs SELECT on the columns that it counts, and no masking key. User ids do not leave PostgreSQL.
/// </summary>
/// <param name="database">A session of its own.</param>
public sealed class LoginReporting(LoginDatabase database)
{
    private const int Statements = 9;
    private const int Named = 0;
    private const int Merged = 1;

    private static readonly string[] MaskedColumns = ["user_id", "masked_ip", "masked_device_id"];

    /// <summary>Reads the table.</summary>
    /// <param name="plan">What to count.</param>
    /// <param name="progress">Receives the progress.</param>
    /// <param name="cancellationToken">Ends the work, which changes nothing.</param>
    /// <returns>The report, without dead letters.</returns>
    /// <exception cref="MaskingRefusedException">
    /// The table does not exist, or row-level security hides rows from this role.
    /// </exception>
    /// <exception cref="NpgsqlException">A right is missing, or PostgreSQL cannot be reached.</exception>
    public async Task<LoginReport> RunAsync(
        ReportPlan plan, IProgress<ReportProgress> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(progress);
        await using var transaction = await database.BeginTransactionAsync(
            IsolationLevel.RepeatableRead, cancellationToken);
        await database.ExecuteAsync("SET TRANSACTION READ ONLY", cancellationToken);
        await ReadableTable.FindAsync(database, LoginTables.DefaultTable, cancellationToken);

        var done = 0;
        progress.Report(new ReportProgress(done, Statements));
        var generations = await ReadAsync(
            ReportSql.Generations,
            static reader => MaskedColumns.Select((_, i) => reader.IsDBNull(i) ? null : reader.GetString(i)).ToList());

        // A person whose user id stands in several forms counts once for each.
        var minK = plan.MinK > 1 ? plan.MinK * Math.Max(1L, Forms(generations, column: 0).Count) : 0;
        var (logins, users) = (await ReadAsync(
            ReportSql.Totals, static reader => (reader.GetInt64(0), reader.GetInt64(1))))[0];
        if (logins > 0 && users < minK)
        {
            return Withheld(plan, Mixed(generations));
        }

        var days = await MergeAsync(ReportSql.ByDay, each: true);
        var newDevices = await MergeAsync(ReportSql.NewDevices, each: true);
        var deviceTypes = await MergeAsync(ReportSql.ByColumn("device_type"));
        var locales = await MergeAsync(ReportSql.ByColumn("locale"));
        var versions = await MergeAsync(ReportSql.ByColumn("app_version"));
        var devices = await MergeAsync(ReportSql.ByColumn("masked_device_id"));
        var addresses = await MergeAsync(ReportSql.ByColumn("masked_ip"));
        await transaction.CommitAsync(cancellationToken);

        var all = Days(plan, days, newDevices);
        return new LoginReport(
            1, plan.Since, plan.Until, plan.MinK, plan.Top, IsWithheld: false,
            new ReportTotals(logins, users, devices.Values, addresses.Values),
            [
                deviceTypes.Missing("device_type", logins), locales.Missing("locale", logins),
                versions.Missing("app_version", logins), devices.Missing("masked_device_id", logins),
                addresses.Missing("masked_ip", logins),
            ],
            all,
            days.Other,
            OtherNewDevices(all, newDevices),
            deviceTypes.ToList(),
            locales.ToList(),
            versions.ToList(code => VersionText(code, plan.HasOrderedVersions)),
            devices.ToList(),
            addresses.ToList(),
            Mixed(generations));

        async Task<Counts> MergeAsync(string sql, bool each = false)
        {
            var rows = await ReadAsync(
                sql,
                static reader => new Row(
                    reader.GetInt32(0),
                    reader.IsDBNull(1) ? null : reader.GetString(1),
                    reader.GetInt64(2),
                    reader.GetInt64(3),
                    reader.GetBoolean(4)),
                SqlCommands.Parameter("minK", minK),
                SqlCommands.Parameter("top", each ? ReportPlan.MaxDays : plan.Top),
                SqlCommands.Parameter("each", each));
            return new Counts([.. rows.Where(row => row.Kind == Named)], rows[^2], rows[^1]);
        }

        async Task<List<T>> ReadAsync<T>(
            string sql, Func<NpgsqlDataReader, T> read, params NpgsqlParameter[] parameters)
        {
            var rows = await database.QueryAsync(
                sql,
                read,
                cancellationToken,
                [
                    SqlCommands.Parameter("since", plan.Since), SqlCommands.Parameter("until", plan.Until),
                    .. parameters,
                ]);
            progress.Report(new ReportProgress(++done, Statements));
            return rows;
        }
    }

    private static LoginReport Withheld(ReportPlan plan, IReadOnlyList<RiskGenerations> mixed)
    {
        var nothing = new ReportList([], Other: null);
        return new LoginReport(
            1, plan.Since, plan.Until, plan.MinK, plan.Top, IsWithheld: true, Totals: null, [], [], null, null,
            nothing, nothing, nothing, nothing, nothing, mixed);
    }

    /// <summary>
    /// All days. A day whose logins are merged shows no new devices either: they would reveal something of its
    /// few people. Where new devices have too few people in the whole period, no day shows them.
    /// </summary>
    private static IReadOnlyList<ReportDay> Days(ReportPlan plan, Counts logins, Counts newDevices)
    {
        var (logged, seen) = (logins.ByValue(), newDevices.ByValue());
        return
        [
            .. Enumerable.Range(0, plan.Until.DayNumber - plan.Since.DayNumber + 1).Select(offset =>
            {
                var day = plan.Since.AddDays(offset);
                var name = Name(day);
                var count = logged.GetValueOrDefault(name, 0);
                return new ReportDay(
                    day, count, count is null || newDevices.IsFew ? null : seen.GetValueOrDefault(name, 0));
            }),
        ];
    }

    /// <summary>The sum of the days that show no new devices; null where that sum has too few people, too.</summary>
    private static ReportOther? OtherNewDevices(IReadOnlyList<ReportDay> days, Counts newDevices)
    {
        var merged = days.Where(day => day.NewDevices is null).Select(day => Name(day.Date))
            .ToHashSet(StringComparer.Ordinal);
        return merged.Count == 0 || newDevices.IsFew
            ? null
            : new ReportOther(
                merged.Count, newDevices.Groups.Where(row => merged.Contains(row.Value!)).Sum(row => row.Amount));
    }

    private static string Name(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>As the view <c>user_logins_readable</c> shows it.</summary>
    private static string VersionText(string code, bool isOrdered) =>
        isOrdered && int.TryParse(code, CultureInfo.InvariantCulture, out var number)
            ? string.Create(
                CultureInfo.InvariantCulture, $"{number / 1_000_000}.{number / 1000 % 1000}.{number % 1000}")
            : code;

    private static IReadOnlyList<RiskGenerations> Mixed(List<List<string?>> found) =>
    [
        .. MaskedColumns
            .Select((column, i) => new RiskGenerations(
                column, [.. Forms(found, i).OfType<int>().Order()]))
            .Where(column => column.Generations.Count > 1),
    ];

    /// <summary>The generations of a column's masks, and null where it has values that show none.</summary>
    private static List<int?> Forms(List<List<string?>> found, int column) =>
    [
        .. found.Select(row => row[column]).OfType<string>().Select(text =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var generation)
                ? generation
                : (int?)null).Distinct(),
    ];

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Row(int Kind, string? Value, long Amount, long Groups, bool IsSmall);

    /// <summary>What a statement of <see cref="ReportSql"/> returned.</summary>
    private sealed record Counts(IReadOnlyList<Row> Groups, Row Merged, Row All)
    {
        public ReportOther? Other => Merged.Groups == 0 ? null : new ReportOther(Merged.Groups, Merged.Amount);

        /// <summary>The distinct values.</summary>
        public long Values => All.Groups;

        /// <summary>Whether all groups together hold too few people, so that their sum is a small group.</summary>
        public bool IsFew => Merged.IsSmall;

        /// <summary>
        /// NULL is a group like any other: where it is merged for its size, or what is not NULL is, its share is not
        /// shown.
        /// </summary>
        public ReportMissing Missing(string column, long logins) => new(
            column, logins == 0 ? 0 : All.IsSmall ? null : (double)All.Amount / logins);

        public ReportList ToList(Func<string, string>? text = null) => new(
            [.. Groups.Select(row => new ReportGroup(
                row.Value is { } value && text is not null ? text(value) : row.Value, row.Amount))],
            Other);

        /// <summary>The amount of each value; null for that of a small group.</summary>
        public Dictionary<string, long?> ByValue() => Groups.ToDictionary(
            row => row.Value!, row => row.IsSmall ? (long?)null : row.Amount, StringComparer.Ordinal);
    }
}
