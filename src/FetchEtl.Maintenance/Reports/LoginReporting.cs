using System.Data;
using System.Globalization;
using System.Runtime.InteropServices;
using FetchEtl.Logins;
using FetchEtl.Masking;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FetchEtl.Maintenance;

/// <summary>
/// Adds up the logins of a period. PostgreSQL does the counting, as of one moment, in a transaction that cannot write.
/// It needs SELECT on the columns that it counts, and no masking key. User ids do not leave PostgreSQL.
/// </summary>
/// <param name="database">A session of its own.</param>
public sealed class LoginReporting(LoginDbContext database)
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
    /// <exception cref="MaskingRefusedException">Row-level security hides rows from this role.</exception>
    /// <exception cref="NpgsqlException">A right or the table is missing, or PostgreSQL cannot be reached.</exception>
    public async Task<LoginReport> RunAsync(
        ReportPlan plan, IProgress<ReportProgress> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(progress);
        await using var transaction = await database.Database.BeginTransactionAsync(
            IsolationLevel.RepeatableRead, cancellationToken);
        await database.ExecuteAsync("SET TRANSACTION READ ONLY", cancellationToken);
        await RefusePoliciesAsync(cancellationToken);

        var done = 0;
        progress.Report(new ReportProgress(done, Statements));
        var (logins, users) = (await ReadAsync(
            ReportSql.Totals, static reader => (reader.GetInt64(0), reader.GetInt64(1))))[0];
        if (logins > 0 && plan.MinK > 1 && users < plan.MinK)
        {
            return Withheld(plan);
        }

        var days = await MergeAsync(ReportSql.ByDay, each: true);
        var newDevices = await MergeAsync(ReportSql.NewDevices, each: true);
        var deviceTypes = await MergeAsync(ReportSql.ByColumn("device_type"));
        var locales = await MergeAsync(ReportSql.ByColumn("locale"));
        var versions = await MergeAsync(ReportSql.ByColumn("app_version"));
        var devices = await MergeAsync(ReportSql.ByColumn("masked_device_id"));
        var addresses = await MergeAsync(ReportSql.ByColumn("masked_ip"));
        var generations = await ReadAsync(
            ReportSql.Generations,
            static reader => MaskedColumns.Select((_, i) => reader.IsDBNull(i) ? null : reader.GetString(i)).ToList());
        await transaction.CommitAsync(cancellationToken);

        return new LoginReport(
            1, plan.Since, plan.Until, plan.MinK, plan.Top, IsWithheld: false,
            new ReportTotals(logins, users, devices.Values, addresses.Values),
            [
                deviceTypes.Missing("device_type", logins), locales.Missing("locale", logins),
                versions.Missing("app_version", logins), devices.Missing("masked_device_id", logins),
                addresses.Missing("masked_ip", logins),
            ],
            Days(plan, days, newDevices),
            days.Other,
            newDevices.Other,
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
                SqlCommands.Parameter("minK", plan.MinK > 1 ? plan.MinK : 0),
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

    private async Task RefusePoliciesAsync(CancellationToken cancellationToken)
    {
        var hidden = await database.QueryAsync(
            ReportSql.HidesRows, static reader => reader.GetBoolean(0), cancellationToken);
        if (hidden is [true])
        {
            throw new MaskingRefusedException(
            [
                "user_logins has row-level security that hides rows from this role: use its owner's role, or one with "
                + "BYPASSRLS.",
            ]);
        }
    }

    private static LoginReport Withheld(ReportPlan plan)
    {
        var nothing = new ReportList([], Other: null);
        return new LoginReport(
            1, plan.Since, plan.Until, plan.MinK, plan.Top, IsWithheld: true, Totals: null, [], [], null, null,
            nothing, nothing, nothing, nothing, nothing, []);
    }

    private static IReadOnlyList<ReportDay> Days(ReportPlan plan, Counts logins, Counts newDevices)
    {
        var (logged, seen) = (logins.ByValue(), newDevices.ByValue());
        return
        [
            .. Enumerable.Range(0, plan.Until.DayNumber - plan.Since.DayNumber + 1).Select(offset =>
            {
                var day = plan.Since.AddDays(offset);
                var name = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
                return new ReportDay(day, logged.GetValueOrDefault(name, 0), seen.GetValueOrDefault(name, 0));
            }),
        ];
    }

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
                column,
                [
                    .. found.Select(row => row[i]).OfType<string>().Distinct(StringComparer.Ordinal)
                        .Where(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                        .Select(text => int.Parse(text, CultureInfo.InvariantCulture)).Distinct().Order(),
                ]))
            .Where(column => column.Generations.Count > 1),
    ];

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Row(int Kind, string? Value, long Amount, long Groups, bool IsSmall);

    /// <summary>What a statement of <see cref="ReportSql"/> returned.</summary>
    private sealed record Counts(IReadOnlyList<Row> Groups, Row Merged, Row All)
    {
        public ReportOther? Other => Merged.Groups == 0 ? null : new ReportOther(Merged.Groups, Merged.Amount);

        /// <summary>The distinct values.</summary>
        public long Values => All.Groups;

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
