using System.Globalization;

namespace FetchEtl.Maintenance;

/// <summary>
/// The statements of a refresh. All run in one transaction on temporary tables, whose masks are those of the domain, so
/// no key and no stored mask reaches PostgreSQL's catalog or log.
/// </summary>
internal sealed class DomainSql(DomainDefinition definition)
{
    /// <summary>The rows to show, in the order in which <see cref="DomainStaging"/> copies their columns.</summary>
    public const string CreateStaged =
        """
        CREATE TEMP TABLE staged_logins (
            id bigint NOT NULL,
            period date,
            user_id text COLLATE "C",
            device_type text COLLATE "C",
            masked_ip text COLLATE "C",
            masked_device_id text COLLATE "C",
            locale text COLLATE "C",
            app_version integer,
            create_date date NOT NULL,
            group0 bigint NOT NULL,
            group1 bigint NOT NULL,
            group2 bigint NOT NULL,
            group3 bigint NOT NULL,
            group4 bigint NOT NULL
        ) ON COMMIT DROP
        """;

    /// <summary>
    /// Every join here is one of equal values over whole tables. PostgreSQL knows too little of temporary tables, and
    /// would choose loops that take a hundred times as long.
    /// </summary>
    public const string Plan = "SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '64MB'";

    public const string Copy = "COPY pg_temp.staged_logins FROM STDIN (FORMAT BINARY)";

    /// <summary>Rows of one group of level 0 have the same level, so levels are decided by groups.</summary>
    public const string CreateGroups =
        """
        CREATE TEMP TABLE staged_groups ON COMMIT DROP AS
        SELECT DISTINCT group0, group1, group2, group3, group4, NULL::smallint AS level FROM pg_temp.staged_logins
        """;

    public const string Analyze =
        "ANALYZE pg_temp.staged_logins, pg_temp.staged_groups";

    public const string ShowAll = "UPDATE pg_temp.staged_groups SET level = 0::smallint";

    public const string CountWithheld =
        """
        SELECT pg_catalog.count(*) FROM pg_temp.staged_logins AS s
        JOIN pg_temp.staged_groups AS g ON g.group0 = s.group0 WHERE g.level IS NULL
        """;

    private const string User = "user_id";

    private const string Shown =
        "pg_temp.staged_logins AS s JOIN pg_temp.staged_groups AS g ON g.group0 = s.group0 AND g.level IS NOT NULL";

    private readonly IReadOnlyList<string> _masks =
        [.. DomainDefinition.MaskColumns.Where(definition.Columns.Contains)];

    private readonly string _least = string.Create(CultureInfo.InvariantCulture, $"{definition.MinK}::bigint");

    /// <summary>The columns that hold masks, for <see cref="Hide"/>.</summary>
    public IReadOnlyList<string> Masks => _masks;

    public string CreateTable
    {
        get
        {
            var columns = Columns().Select(column => column switch
            {
                "app_version" => "app_version integer",
                "create_date" => "create_date date",
                _ => $"{column} text",
            });
            return $"CREATE TABLE {definition.Table} (period date, {string.Join(", ", columns)}, "
                + "withheld smallint NOT NULL)";
        }
    }

    public string Delete => $"DELETE FROM {definition.Table}";

    public string Vacuum => $"VACUUM (ANALYZE) {definition.Table}";

    /// <summary>
    /// Gives a level to the groups that still have none and hold enough users, addresses and devices together with
    /// those they join there. A mask that the rows of a group lack is not counted: all of them lack it.
    /// </summary>
    public string SetLevel(int level)
    {
        var others = _masks.Where(mask => mask != User).Select(mask =>
            $" AND (pg_catalog.count(DISTINCT s.{mask}) >= {_least} OR pg_catalog.count(s.{mask}) = 0)");
        return
            $"""
            UPDATE pg_temp.staged_groups SET level = {level}::smallint
            WHERE level IS NULL AND group{level} IN (
                SELECT g.group{level} FROM pg_temp.staged_logins AS s
                JOIN pg_temp.staged_groups AS g ON g.group0 = s.group0 AND g.level IS NULL
                GROUP BY g.group{level}
                HAVING pg_catalog.count(DISTINCT s.{User}) >= {_least}{string.Concat(others)})
            """;
    }

    /// <summary>
    /// Finds the rows in which a mask is left out, so that every frequency of a mask is that of at least so many masks
    /// of its period. Masks are sorted by frequency and taken so many at a time; all of them get the lowest frequency
    /// of their part. A period with fewer masks shows none.
    /// </summary>
    public string Hide(string column) =>
        $"""
        CREATE TEMP TABLE hidden_{column} ON COMMIT DROP AS
        WITH counted AS (
            SELECT s.period, s.{column} AS mask, pg_catalog.count(*) AS times FROM {Shown}
            WHERE s.{column} IS NOT NULL GROUP BY s.period, s.{column}
        ), placed AS (
            SELECT period, mask, times, pg_catalog.count(*) OVER (PARTITION BY period) AS masks,
                pg_catalog.row_number() OVER (PARTITION BY period ORDER BY times DESC, mask) - 1 AS place
            FROM counted
        ), leveled AS (
            SELECT mask, times, CASE WHEN masks < {_least} THEN 0 ELSE pg_catalog.min(times) OVER (
                PARTITION BY period, least(place / {_least}, masks / {_least} - 1)) END AS most
            FROM placed
        ), numbered AS (
            SELECT s.id, l.most, pg_catalog.row_number() OVER (
                PARTITION BY s.{column} ORDER BY s.user_id, s.masked_device_id, s.masked_ip, s.group0, s.id) AS number
            FROM {Shown} JOIN leveled AS l ON l.mask = s.{column} WHERE l.times > l.most
        )
        SELECT id FROM numbered WHERE number > most
        """;

    public static string CountHidden(string column) => $"SELECT pg_catalog.count(*) FROM pg_temp.hidden_{column}";

    /// <summary>Fills the table in random order: the order of the source is that in which the logins came.</summary>
    public string Insert
    {
        get
        {
            var values = Columns().Select(column => Array.IndexOf(DomainDefinition.QuasiColumns, column) switch
            {
                >= 0 and var place =>
                    $"CASE WHEN g.level < {DomainDefinition.QuasiColumns.Length - place} THEN s.{column} END",
                _ when definition.MinK > 1 => $"CASE WHEN {Hidden(column)}.id IS NULL THEN s.{column} END",
                _ => $"s.{column}",
            });
            var joins = definition.MinK == 1
                ? []
                : _masks.Select(mask => $"LEFT JOIN pg_temp.{Hidden(mask)} ON {Hidden(mask)}.id = s.id");
            return
                $"""
                INSERT INTO {definition.Table} (period, {string.Join(", ", Columns())}, withheld)
                SELECT s.period, {string.Join(", ", values)}, {Withheld()}
                FROM {Shown} {string.Join(' ', joins)}
                ORDER BY pg_catalog.random()
                """;
        }
    }

    public string CountReduced => $"SELECT pg_catalog.count(*) FROM {definition.Table} WHERE withheld > 0::smallint";

    private static string Hidden(string column) => $"hidden_{column}";

    private IEnumerable<string> Columns() => DomainDefinition.AllColumns.Where(definition.Columns.Contains);

    /// <summary>How many of the columns beside the masks a level leaves out.</summary>
    private string Withheld()
    {
        var quasi = DomainDefinition.QuasiColumns;
        var cases = Enumerable.Range(0, DomainGroups.Levels).Select(level =>
            $"WHEN {level} THEN {quasi.Skip(quasi.Length - level).Count(definition.Columns.Contains)}");
        return $"(CASE g.level {string.Join(' ', cases)} END)::smallint";
    }
}
