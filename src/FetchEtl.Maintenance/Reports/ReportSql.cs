namespace FetchEtl.Maintenance;

/// <summary>
/// The statements of a report. Each counts the rows of every group and the people behind them, and returns the groups
/// that may be named, and sums of the others. People are compared by the hashes of their ids.
/// </summary>
internal static class ReportSql
{
    private const string Person = "pg_catalog.hashtextextended(t.user_id::text COLLATE \"C\", 0::bigint)";
    private const string InPeriod = "t.create_date >= @since::date AND t.create_date <= @until::date";
    private const string FirstDay = "pg_catalog.min(COALESCE(t.create_date, '-infinity'::date))";

    /// <summary>Rows and people of the period.</summary>
    public const string Totals =
        $"SELECT pg_catalog.count(*), pg_catalog.count(DISTINCT {Person}) FROM user_logins AS t WHERE {InPeriod}";

    /// <summary>The generations of the masks of three columns, together.</summary>
    public static readonly string Generations =
        $"SELECT DISTINCT {string.Join(", ", new[] { "user_id", "masked_ip", "masked_device_id" }.Select(Generation))} "
        + $"FROM user_logins AS t WHERE {InPeriod}";

    /// <summary>Rows by the text of a column.</summary>
    public static string ByColumn(string column) => Merge(
        $"""
        SELECT t.{column}::text COLLATE "C" AS g, {Person} AS u, pg_catalog.count(*) AS n
        FROM user_logins AS t WHERE {InPeriod} GROUP BY 1, 2
        """);

    /// <summary>Rows by day.</summary>
    public static readonly string ByDay = Merge(
        $"""
        SELECT {Day("t.create_date")} AS g, {Person} AS u, pg_catalog.count(*) AS n
        FROM user_logins AS t WHERE {InPeriod} GROUP BY t.create_date, 2
        """);

    /// <summary>
    /// Devices by the day of their first row. One of the day's rows counts for each device. A row without a date is
    /// older than all others.
    /// </summary>
    public static readonly string NewDevices = Merge(
        $"""
        SELECT {Day("x.day")} AS g, x.u, pg_catalog.count(*) FILTER (WHERE x.is_first) AS n
        FROM (
            SELECT s.day, {Person} AS u, pg_catalog.row_number() OVER (PARTITION BY s.device) = 1 AS is_first
            FROM (
                SELECT t.masked_device_id::text AS device, {FirstDay} AS day
                FROM user_logins AS t
                WHERE t.masked_device_id IS NOT NULL
                    AND (t.create_date <= @until::date OR t.create_date IS NULL)
                GROUP BY t.masked_device_id::text HAVING {FirstDay} >= @since::date
            ) AS s
            JOIN user_logins AS t ON t.masked_device_id::text = s.device AND t.create_date = s.day
            WHERE {InPeriod}
        ) AS x
        GROUP BY x.day, x.u
        """);

    /// <summary>
    /// Marks the small groups, those of fewer people than <c>@minK</c>. One group more is marked where there is only
    /// one, or where all of them together hold too few people: else the difference between the total and what is
    /// shown would be theirs. Returns rows of <c>kind, g, amount, groups, is_small</c>: the named groups (0), with
    /// <c>@each</c> the small ones too; the sum of all others (1), where <c>is_small</c> says that all groups together
    /// hold too few people; the groups of all values and what NULL has (2).
    /// </summary>
    private static string Merge(string pairs) =>
        $"""
        WITH pairs AS (
            {pairs}
        ), sized AS (
            SELECT g, u, pg_catalog.sum(n) OVER w::bigint AS amount, pg_catalog.count(u) OVER w AS people
            FROM pairs WINDOW w AS (PARTITION BY g)
        ), groups AS (
            SELECT g, pg_catalog.min(amount) AS amount, pg_catalog.min(people) AS people FROM sized GROUP BY g
        ), small AS (
            SELECT (SELECT pg_catalog.count(*) FROM groups WHERE people < @minK) AS groups,
                (SELECT pg_catalog.count(DISTINCT u) FROM sized WHERE people < @minK) AS people
        ), marked AS (
            SELECT s.g, s.amount, pg_catalog.row_number() OVER (ORDER BY s.people, s.amount, s.g) <= CASE
                WHEN small.groups = 0 THEN 0
                WHEN small.groups > 1 AND small.people >= @minK THEN small.groups
                ELSE small.groups + 1 END AS is_small
            FROM groups AS s, small
        ), placed AS (
            SELECT g, amount, is_small, is_small OR
                pg_catalog.row_number() OVER (PARTITION BY is_small ORDER BY amount DESC, g) > @top AS is_merged
            FROM marked
        )
        SELECT 0 AS kind, g, amount, 1::bigint AS groups, is_small FROM placed
            WHERE NOT is_merged OR (@each AND is_small)
        UNION ALL
        SELECT 1, NULL, COALESCE(pg_catalog.sum(amount), 0)::bigint, pg_catalog.count(*),
            (SELECT s.groups > 0 AND s.people < @minK AND s.groups = (SELECT pg_catalog.count(*) FROM groups)
                FROM small AS s)
        FROM placed WHERE is_merged
        UNION ALL
        SELECT 2, NULL, COALESCE(pg_catalog.sum(amount) FILTER (WHERE g IS NULL), 0)::bigint, pg_catalog.count(g),
            COALESCE(pg_catalog.bool_or(is_small) FILTER (WHERE g IS NULL), false) FROM placed
        ORDER BY kind, amount DESC, g
        """;

    private static string Day(string date) => $"pg_catalog.to_char({date}, 'YYYY-MM-DD') COLLATE \"C\"";

    /// <summary>
    /// The digits before the colon of a mask, which has 64 characters behind it; an empty text for any other value.
    /// </summary>
    private static string Generation(string column) =>
        $"CASE WHEN t.{column} IS NULL THEN NULL WHEN pg_catalog.strpos(t.{column}::text, ':') BETWEEN 2 AND 5 "
        + $"AND pg_catalog.length(t.{column}::text) - pg_catalog.strpos(t.{column}::text, ':') = 64 "
        + $"THEN pg_catalog.split_part(t.{column}::text, ':', 1) ELSE '' END";
}
