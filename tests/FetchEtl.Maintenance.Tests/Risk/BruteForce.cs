namespace FetchEtl.Maintenance.Tests;

/// <summary>
/// The measures as SQL that compares each row of <c>user_logins</c> with each: slow, and written from the definitions.
/// </summary>
internal static class BruteForce
{
    /// <summary>The SQL of each coarser form of a default quasi-identifier.</summary>
    public static string Form(RiskChange change) => change switch
    {
        { To: "none" } => "1",
        { To: "week" or "month" } => $"date_trunc('{change.To}', {change.Column})",
        { To: "minor" } => $"{change.Column} / 1000",
        _ => $"{change.Column} / 1000000",
    };

    /// <summary>
    /// k, k of rows, classes, records, records alone, records below, people below, rows below, and the average of
    /// 1 / class size over the records.
    /// </summary>
    public static string Classes(IEnumerable<string> quasi, int minK) =>
        $"""
        WITH r AS (SELECT user_id AS person, {Named(quasi)} FROM user_logins),
        s AS (
            SELECT r.person,
                (SELECT greatest(1, count(DISTINCT o.person)) FROM r AS o WHERE {Same(quasi)}) AS size,
                (SELECT count(*) FROM r AS o WHERE {Same(quasi)}) AS rows
            FROM r)
        SELECT min(size), min(rows), round(sum(1.0 / rows)), round(sum(1.0 * size / rows)),
            round(coalesce(sum(1.0 * size / rows) FILTER (WHERE size = 1), 0)),
            round(coalesce(sum(1.0 * size / rows) FILTER (WHERE size < {minK}), 0)),
            count(DISTINCT person) FILTER (WHERE size < {minK}),
            count(*) FILTER (WHERE size < {minK}),
            sum(1.0 * size / rows / size) / sum(1.0 * size / rows)
        FROM s
        """;

    /// <summary>
    /// The fewest values of a class, its lowest entropy as a number of values, and the share of one value.
    /// </summary>
    public static string Diversity(IEnumerable<string> quasi, string column) =>
        $"""
        WITH p AS (
            SELECT {Named(quasi)}, {column} AS value, greatest(1, count(DISTINCT user_id)) AS people
            FROM user_logins GROUP BY {string.Join(", ", quasi)}, {column}),
        s AS (SELECT *, sum(people) OVER (PARTITION BY {Names(quasi)}) AS total FROM p),
        c AS (
            SELECT count(*) AS values, exp(-sum(people / total * ln(people / total))) AS entropy, min(total) AS total
            FROM s GROUP BY {Names(quasi)})
        SELECT min(values), min(entropy), coalesce(sum(total) FILTER (WHERE values = 1), 0) / sum(total) FROM c
        """;

    /// <summary>
    /// Rows, masks, the highest count, masks and rows of a count of their own, Shannon and min-entropy.
    /// </summary>
    public static string Frequencies(string column) =>
        $"""
        WITH m AS (SELECT count(*) AS n FROM user_logins WHERE {column} IS NOT NULL GROUP BY {column}),
        f AS (SELECT n, (SELECT count(*) FROM m AS o WHERE o.n = m.n) AS twins FROM m)
        SELECT coalesce(sum(n), 0), count(*), coalesce(max(n), 0), count(*) FILTER (WHERE twins = 1),
            coalesce(sum(n) FILTER (WHERE twins = 1) / sum(n), 0),
            coalesce((SELECT -sum(n / t * log(2, n / t)) FROM m, (SELECT sum(n) AS t FROM m) AS s), 0),
            coalesce((SELECT -log(2, max(n) / sum(n)) FROM m), 0)
        FROM f
        """;

    private static string Named(IEnumerable<string> quasi) =>
        string.Join(", ", quasi.Select((expression, i) => $"{expression} AS q{i}"));

    private static string Names(IEnumerable<string> quasi) => string.Join(", ", quasi.Select((_, i) => $"q{i}"));

    private static string Same(IEnumerable<string> quasi) =>
        string.Join(" AND ", quasi.Select((_, i) => $"o.q{i} IS NOT DISTINCT FROM r.q{i}"));
}
