using System.Globalization;
using FetchEtl.Logins;
using FetchEtl.Masking;
using Npgsql;

namespace FetchEtl.Maintenance;

/// <summary>
/// A table whose risk is measured, and how its rows are read: without writing, and with no value's text.
/// </summary>
/// <param name="Name">The table, quoted for SQL.</param>
/// <param name="Columns">Its columns.</param>
internal sealed record RiskTable(string Name, IReadOnlyList<RiskTableColumn> Columns)
{
    /// <summary>The day from which <see cref="RiskColumnKind.Date"/> counts.</summary>
    public static readonly DateOnly FirstDay = new(2000, 1, 1);

    /// <summary>The column that <see cref="RiskPlan.Since"/> and <see cref="RiskPlan.Until"/> limit.</summary>
    private const string DateColumn = "create_date";

    private const string VersionColumn = "app_version";
    private const int ReportEvery = 65_536;

    private const string ReadColumns =
        """
        SELECT a.attname::text, pg_catalog.quote_ident(a.attname::text), t.typname::text,
            pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'SELECT')
        FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
        WHERE a.attrelid = pg_catalog.to_regclass(@table)::oid AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attnum
        """;

    /// <exception cref="MaskingRefusedException">The table does not exist, or its rows are hidden.</exception>
    public static async Task<RiskTable> InspectAsync(
        LoginDatabase database, RiskPlan plan, CancellationToken cancellationToken)
    {
        var name = SqlCommands.Parameter("table", plan.Table);
        var found = await ReadableTable.FindAsync(database, plan.Table, cancellationToken);
        var columns = await database.QueryAsync(
            ReadColumns,
            reader => new RiskTableColumn(
                reader.GetString(0),
                reader.GetString(1),
                KindOf(reader.GetString(0), reader.GetString(2), plan.HasOrderedVersions),
                reader.GetBoolean(3)),
            cancellationToken,
            name);
        return new RiskTable(found, columns);
    }

    /// <summary>The column of this name; null where there is none, or the role may not read it.</summary>
    public RiskTableColumn? Find(string name) =>
        Columns.FirstOrDefault(column => column.Name == name && column.IsReadable);

    /// <summary>Counts the rows of the plan's dates.</summary>
    public async Task<long> CountAsync(LoginDatabase database, RiskPlan plan, CancellationToken cancellationToken)
    {
        var counts = await database.QueryAsync(
            $"SELECT pg_catalog.count(*) FROM {Name} AS t WHERE {Condition(plan)}",
            static reader => reader.GetInt64(0),
            cancellationToken,
            Limits(plan));
        return counts[0];
    }

    /// <summary>Reads columns of all rows of the plan's dates, in one statement.</summary>
    /// <param name="database">The session, in the transaction in which the rows were counted.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="progress">Receives the rows that were read, and their number.</param>
    /// <param name="cancellationToken">Ends the statement.</param>
    public async Task<IReadOnlyDictionary<string, RiskColumn>> ReadAsync(
        LoginDatabase database,
        IReadOnlyList<RiskTableColumn> columns,
        RiskPlan plan,
        int rows,
        Action<long, long> progress,
        CancellationToken cancellationToken)
    {
        var values = columns.Select(_ => new long[rows]).ToArray();
        await using var command = new NpgsqlCommand(
            $"SELECT {string.Join(", ", columns.Select(Expression))} FROM {Name} AS t WHERE {Condition(plan)}",
            database.Connection);
        command.CommandTimeout = 0;
        command.Parameters.AddRange(Limits(plan));
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            for (var row = 0; await reader.ReadAsync(cancellationToken); row++)
            {
                for (var column = 0; column < values.Length; column++)
                {
                    // A hash can have the value that stands for NULL.
                    values[column][row] = reader.IsDBNull(column)
                        ? RiskColumn.Null
                        : Math.Max(RiskColumn.Null + 1, reader.GetInt64(column));
                }

                if (row % ReportEvery == 0)
                {
                    progress(row, rows);
                }
            }
        }

        var read = new Dictionary<string, RiskColumn>(StringComparer.Ordinal);
        for (var column = 0; column < values.Length; column++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            read[columns[column].Name] = RiskColumn.Of(values[column]);
            values[column] = [];
        }

        progress(rows, rows);
        return read;
    }

    /// <summary>Finds the columns whose masks are of more than one generation, in one statement.</summary>
    /// <param name="database">The session, in the transaction in which the rows are read.</param>
    /// <param name="columns">The columns to look at.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="cancellationToken">Ends the statement.</param>
    public async Task<IReadOnlyList<RiskGenerations>> FindMixedGenerationsAsync(
        LoginDatabase database,
        IReadOnlyList<RiskTableColumn> columns,
        RiskPlan plan,
        CancellationToken cancellationToken)
    {
        var texts = columns.Where(column => column.Kind == RiskColumnKind.Other).ToList();
        if (texts.Count == 0)
        {
            return [];
        }

        var found = texts.ConvertAll(_ => new SortedSet<int>());
        await database.QueryAsync(
            $"SELECT DISTINCT {string.Join(", ", texts.Select(Generation))} FROM {Name} AS t WHERE {Condition(plan)}",
            reader =>
            {
                for (var column = 0; column < texts.Count; column++)
                {
                    if (!reader.IsDBNull(column) && int.TryParse(
                        reader.GetString(column), NumberStyles.None, CultureInfo.InvariantCulture, out var generation))
                    {
                        found[column].Add(generation);
                    }
                }

                return true;
            },
            cancellationToken,
            Limits(plan));
        return
        [
            .. texts.Zip(found).Where(pair => pair.Second.Count > 1)
                .Select(pair => new RiskGenerations(pair.First.Name, [.. pair.Second])),
        ];

        // The digits before the colon of a mask, which has 64 characters behind it.
        static string Generation(RiskTableColumn column)
        {
            var text = $"t.{column.Quoted}::text";
            return $"CASE WHEN pg_catalog.strpos({text}, ':') BETWEEN 2 AND 5 "
                + $"AND pg_catalog.length({text}) - pg_catalog.strpos({text}, ':') = 64 "
                + $"THEN pg_catalog.split_part({text}, ':', 1) END";
        }
    }

    /// <summary>The problems of the plan's dates.</summary>
    public IEnumerable<string> ProblemsOfDates(RiskPlan plan)
    {
        if ((plan.Since ?? plan.Until) is not null && Find(DateColumn) is not { Kind: RiskColumnKind.Date })
        {
            yield return $"{Name} has no column {DateColumn} of type date that the role may read: leave the dates out.";
        }
    }

    private static RiskColumnKind KindOf(string name, string type, bool hasOrderedVersions) => type switch
    {
        "date" => RiskColumnKind.Date,
        "int4" when hasOrderedVersions && name == VersionColumn => RiskColumnKind.Version,
        _ => RiskColumnKind.Other,
    };

    private static string Expression(RiskTableColumn column)
    {
        var name = $"t.{column.Quoted}";
        return column.Kind switch
        {
            RiskColumnKind.Version => $"{name}::bigint",

            // An infinite date has no distance from another.
            RiskColumnKind.Date =>
                $"CASE WHEN {name} IS NULL THEN NULL WHEN pg_catalog.isfinite({name}) " +
                $"THEN ({name} - date '2000-01-01')::bigint WHEN {name} > date '2000-01-01' " +
                $"THEN {long.MaxValue}::bigint ELSE {-long.MaxValue}::bigint END",
            _ => $"pg_catalog.hashtextextended({name}::text COLLATE \"C\", 0::bigint)",
        };
    }

    private static string Condition(RiskPlan plan) => string.Join(
        " AND ",
        (plan.Since is null ? [] : new[] { $"t.{DateColumn} >= @since::date" })
            .Concat(plan.Until is null ? [] : [$"t.{DateColumn} <= @until::date"])
            .DefaultIfEmpty("true"));

    private static NpgsqlParameter[] Limits(RiskPlan plan) =>
    [
        .. plan.Since is { } since ? new[] { SqlCommands.Parameter("since", since) } : [],
        .. plan.Until is { } until ? new[] { SqlCommands.Parameter("until", until) } : [],
    ];
}
