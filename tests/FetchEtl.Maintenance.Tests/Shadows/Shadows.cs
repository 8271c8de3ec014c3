using System.Text.RegularExpressions;
using Npgsql;

namespace FetchEtl.Maintenance.Tests;

/// <summary>
/// Functions and operators in <c>public</c> with the names of those that a log of statements uses, for every
/// combination of types. PostgreSQL prefers one of them wherever its types match better than those of
/// <c>pg_catalog</c>. Each writes its call to the server's log.
/// </summary>
internal static partial class Shadows
{
    private const string Mark = "SHADOW ";

    // The words of SQL that stand for an operator: LIKE, IN, ANY, USING, IS DISTINCT FROM, BETWEEN.
    private static readonly string[] ImpliedOperators = ["=", "<>", "<=", ">=", "~~", "!~~"];

    private const string Plant =
        """
        DO $plant$
        DECLARE
            types text[] := ARRAY['text', 'varchar', 'bpchar', 'name', '"char"', 'int2', 'int4', 'int8', 'oid',
                'regclass', 'regtype', 'uuid', 'date', 'timestamptz', 'bool', 'tid', 'bytea', 'text[]', 'varchar[]',
                'uuid[]', 'anyelement', 'anyarray'];
            few text[] := ARRAY['text', 'varchar', 'name', 'int4', 'anyelement'];
            number integer := 0;
            shadow record;
            arguments text;
        BEGIN
            FOR shadow IN
                SELECT o.name, l.type AS l, r.type AS r,
                    CASE WHEN o.name = '||' THEN 'text' WHEN o.name IN ('+', '-', '*', '/', '%') THEN 'int4'
                        ELSE 'bool' END AS result
                FROM (SELECT DISTINCT oprname AS name FROM pg_operator
                        WHERE oprnamespace = 'pg_catalog'::regnamespace AND oprkind = 'b'
                            AND oprname::text = ANY (string_to_array('{operators}', ' '))) AS o
                    CROSS JOIN unnest(types) AS l (type) CROSS JOIN unnest(types) AS r (type)
            LOOP
                number := number + 1;
                EXECUTE format('CREATE FUNCTION public.shadow_%s (%s, %s) RETURNS %s LANGUAGE plpgsql AS %L',
                    number, shadow.l, shadow.r, shadow.result,
                    format('BEGIN RAISE LOG USING MESSAGE = %L; RETURN NULL; END',
                        format('SHADOW %s (%s, %s);', shadow.name, shadow.l, shadow.r)));
                EXECUTE format('CREATE OPERATOR public.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = public.shadow_%s)',
                    shadow.name, shadow.l, shadow.r, number);
            END LOOP;

            FOR shadow IN
                SELECT p.proname AS name, p.pronargs AS count,
                    (array_agg(p.prorettype::regtype::text ORDER BY p.oid) FILTER (WHERE t.typtype <> 'p'))[1] AS result
                FROM pg_proc p JOIN pg_type t ON t.oid = p.prorettype
                WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.pronargs BETWEEN 1 AND 4
                    AND p.proname::text = ANY (string_to_array('{functions}', ' '))
                GROUP BY p.proname, p.pronargs
            LOOP
                FOR arguments IN
                    SELECT concat_ws(', ', a, b, c, d)
                    FROM unnest(CASE WHEN shadow.count < 3 THEN types ELSE few END) AS a
                        LEFT JOIN unnest(CASE WHEN shadow.count = 2 THEN types ELSE few END) AS b ON shadow.count >= 2
                        LEFT JOIN unnest(few) AS c ON shadow.count >= 3
                        LEFT JOIN unnest(few) AS d ON shadow.count >= 4
                LOOP
                    EXECUTE format('CREATE FUNCTION public.%I (%s) RETURNS %s LANGUAGE plpgsql AS %L',
                        shadow.name, arguments, coalesce(shadow.result, 'text'),
                        format('BEGIN RAISE LOG USING MESSAGE = %L; RETURN NULL; END',
                            format('SHADOW %s (%s);', shadow.name, arguments)));
                END LOOP;
            END LOOP;
        END $plant$
        """;

    /// <summary>Plants a shadow for each function and operator that a server's log names.</summary>
    /// <returns>The number of operators and functions that were planted.</returns>
    public static async Task<(long Operators, long Functions)> PlantAsync(string connectionString, string log)
    {
        var operators = Operator().Matches(log).Select(match => match.Value).Concat(ImpliedOperators).Distinct();
        var functions = Function().Matches(log).Select(match => match.Groups["name"].Value).Distinct();
        await ExecuteAsync(
            connectionString,
            Plant.Replace("{operators}", string.Join(' ', operators), StringComparison.Ordinal)
                .Replace("{functions}", string.Join(' ', functions), StringComparison.Ordinal));
        return (
            await CountAsync(connectionString, "pg_operator WHERE oprnamespace = 'public'::regnamespace"),
            await CountAsync(
                connectionString, "pg_proc WHERE pronamespace = 'public'::regnamespace AND proname !~ '^shadow_'"));
    }

    /// <summary>Returns the shadows that a server's log says were called.</summary>
    public static string[] CalledIn(string log) =>
        [.. Call().Matches(log).Select(match => match.Groups["name"].Value).Distinct().Order(StringComparer.Ordinal)];

    public static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<long> CountAsync(string connectionString, string from)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand($"SELECT pg_catalog.count(*) FROM pg_catalog.{from}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    [GeneratedRegex(
        @"(?<![-+*/<>=~!@#%^&|`?'])[-+*/<>=~!@#%^&|`?]{1,4}(?![-+*/<>=~!@#%^&|`?'])", RegexOptions.None, 10_000)]
    private static partial Regex Operator();

    [GeneratedRegex(@"\b(?<name>[a-z_][a-z0-9_]*)\s*\(", RegexOptions.None, 10_000)]
    private static partial Regex Function();

    [GeneratedRegex($"LOG:  {Mark}(?<name>[^;\r\n]*);", RegexOptions.None, 10_000)]
    private static partial Regex Call();
}
