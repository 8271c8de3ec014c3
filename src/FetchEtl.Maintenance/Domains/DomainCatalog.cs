using System.Data;
using FetchEtl.Logins;
using FetchEtl.Masking;
using Npgsql;

namespace FetchEtl.Maintenance;

/// <summary>Creates, lists and drops domains, whose definitions stand in <c>reader_domains</c>.</summary>
/// <param name="database">The database, with the role that owns the domains' tables.</param>
/// <param name="time">The clock, which says which periods are over.</param>
public sealed class DomainCatalog(LoginDatabase database, TimeProvider time)
{
    private const string Select = "SELECT name::text, columns, period::text, min_k, lag_days FROM reader_domains";

    private const string Insert =
        """
        INSERT INTO reader_domains (name, columns, period, min_k, lag_days)
        VALUES (@name, @columns, @period, @k, @lag) ON CONFLICT (name) DO NOTHING
        """;

    private const string SelectStatus =
        """
        SELECT d.name::text, d.columns, d.period::text, d.min_k, d.lag_days, d.refreshed_at, d.shown_until,
            d.row_count, d.withheld_count, d.generation,
            (SELECT pg_catalog.max(m.generation) FROM masking_generations AS m),
            (SELECT pg_catalog.string_agg(r.rolname::text, ' ' ORDER BY r.rolname::text)
                FROM pg_catalog.pg_class AS c
                CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS a
                JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee
                WHERE c.oid = pg_catalog.to_regclass('domain_'::text || d.name::text)::oid AND a.grantee <> c.relowner
                    AND a.privilege_type = 'SELECT'::text)
        FROM reader_domains AS d ORDER BY d.name::text COLLATE "C"
        """;

    /// <summary>Any role that has a right on the table by default, such as by ALTER DEFAULT PRIVILEGES.</summary>
    private const string SelectGrantees =
        """
        SELECT DISTINCT coalesce(pg_catalog.quote_ident(r.rolname::text), 'PUBLIC')
        FROM pg_catalog.pg_class AS c
        CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS a
        LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee
        WHERE c.oid = pg_catalog.to_regclass(@table)::oid AND a.grantee <> c.relowner
        """;

    /// <summary>The reader, and whether it can read the rows that the domain is to hide.</summary>
    private const string SelectRole =
        """
        SELECT pg_catalog.quote_ident(r.rolname::text),
            pg_catalog.has_any_column_privilege(r.oid, pg_catalog.to_regclass('user_logins')::oid, 'SELECT'::text),
            (SELECT pg_catalog.string_agg(d.name::text, ', ') FROM reader_domains AS d
                WHERE d.name::text <> @name AND pg_catalog.has_any_column_privilege(
                    r.oid, pg_catalog.to_regclass('domain_'::text || d.name::text)::oid, 'SELECT'::text))
        FROM pg_catalog.pg_roles AS r WHERE r.rolname::text = @role
        """;

    /// <summary>Creates a domain. Its table is empty until it is refreshed.</summary>
    /// <param name="definition">The domain.</param>
    /// <param name="role">The role that may read the table; null for none but its owner.</param>
    /// <param name="cancellationToken">Cancels the statement under way; then nothing is created.</param>
    /// <returns>What weakens the domain, each with the remedy.</returns>
    /// <exception cref="MaskingRefusedException">The definition is invalid, or the domain exists.</exception>
    /// <exception cref="NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task<IReadOnlyList<string>> CreateAsync(
        DomainDefinition definition, string? role, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        Refuse(definition.Problems());
        await using var transaction = await database.BeginTransactionAsync(
            IsolationLevel.ReadCommitted, cancellationToken);
        var (reader, warnings) = role is null
            ? (null, [])
            : await FindRoleAsync(definition, role, cancellationToken);
        var inserted = await database.ExecuteAsync(
            Insert,
            cancellationToken,
            SqlCommands.Parameter("name", definition.Name),
            SqlCommands.Parameter("columns", string.Join(' ', definition.Columns)),
            SqlCommands.Parameter("period", definition.Period.Name()),
            SqlCommands.Parameter("k", definition.MinK),
            SqlCommands.Parameter("lag", definition.LagDays));
        if (inserted == 0)
        {
            Refuse(
            [
                $"there is a domain {definition.Name} already: 'fetch-etl domain refresh {definition.Name}' fills it, "
                    + $"and 'fetch-etl domain drop {definition.Name}' drops it.",
            ]);
        }

        try
        {
            await database.ExecuteAsync(new DomainSql(definition).CreateTable, cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.DuplicateTable)
        {
            Refuse([$"there is a table {definition.Table} already, which is of no domain: choose another name."]);
        }

        foreach (var grantee in await database.QueryAsync(
            SelectGrantees,
            static row => row.GetString(0),
            cancellationToken,
            SqlCommands.Parameter("table", definition.Table)))
        {
            await database.ExecuteAsync($"REVOKE ALL ON {definition.Table} FROM {grantee}", cancellationToken);
        }

        if (reader is not null)
        {
            await database.ExecuteAsync($"GRANT SELECT ON {definition.Table} TO {reader}", cancellationToken);
        }

        await transaction.CommitAsync(CancellationToken.None);
        return warnings;
    }

    /// <summary>Lists the domains by name.</summary>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>The domains.</returns>
    /// <exception cref="NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task<IReadOnlyList<DomainStatus>> ListAsync(CancellationToken cancellationToken)
    {
        await database.OpenAsync(cancellationToken);
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        return await database.QueryAsync(SelectStatus, Read, cancellationToken);

        DomainStatus Read(NpgsqlDataReader row)
        {
            var definition = ReadDefinition(row);
            return new DomainStatus(
                definition,
                row.IsDBNull(11) ? [] : row.GetString(11).Split(' '),
                row.IsDBNull(5) ? null : row.GetFieldValue<DateTimeOffset>(5),
                row.IsDBNull(6) ? null : row.GetFieldValue<DateOnly>(6),
                definition.Period.ShownUntil(today, definition.LagDays),
                row.IsDBNull(7) ? 0 : row.GetInt64(7),
                row.IsDBNull(8) ? 0 : row.GetInt64(8),
                row.IsDBNull(9) ? null : row.GetInt32(9),
                row.IsDBNull(10) ? null : row.GetInt32(10));
        }
    }

    /// <summary>Drops a domain and its table. A refresh under way ends first.</summary>
    /// <param name="name">The domain's name.</param>
    /// <param name="cancellationToken">Cancels the statement under way; then nothing is dropped.</param>
    /// <exception cref="MaskingRefusedException">There is no such domain, or an object depends on it.</exception>
    /// <exception cref="NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task DropAsync(string name, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginTransactionAsync(
            IsolationLevel.ReadCommitted, cancellationToken);
        var definition = await LockAsync(database, name, cancellationToken);
        try
        {
            await database.ExecuteAsync($"DROP TABLE IF EXISTS {definition.Table}", cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == "2BP01")
        {
            Refuse([$"a view or another object depends on {definition.Table}: drop that first."]);
        }

        await database.ExecuteAsync(
            "DELETE FROM reader_domains WHERE name::text = @name",
            cancellationToken,
            SqlCommands.Parameter("name", name));
        await transaction.CommitAsync(CancellationToken.None);
    }

    /// <summary>Reads a definition and keeps others from changing the domain until the transaction ends.</summary>
    /// <exception cref="MaskingRefusedException">There is no such domain, or its definition is invalid.</exception>
    internal static async Task<DomainDefinition> LockAsync(
        LoginDatabase database, string name, CancellationToken cancellationToken)
    {
        var found = await database.QueryAsync(
            $"{Select} WHERE name::text = @name FOR UPDATE",
            ReadDefinition,
            cancellationToken,
            SqlCommands.Parameter("name", name));
        if (found is not [var definition])
        {
            throw new MaskingRefusedException(
                ["there is no such domain: 'fetch-etl domain list' shows all, 'domain new' creates one."]);
        }

        Refuse(
            [.. definition.Problems().Select(problem => $"reader_domains is not as domain new wrote it: {problem}")]);
        return definition;
    }

    internal static Task RecordAsync(
        LoginDatabase database,
        DomainSummary summary,
        int generation,
        DateTimeOffset now,
        CancellationToken cancellationToken) => database.ExecuteAsync(
        """
        UPDATE reader_domains SET refreshed_at = @now, shown_until = @until, generation = @generation,
            row_count = @rows, withheld_count = @withheld
        WHERE name::text = @name
        """,
        cancellationToken,
        SqlCommands.Parameter("now", now.UtcDateTime),
        SqlCommands.Parameter("until", summary.ShownUntil),
        SqlCommands.Parameter("generation", generation),
        SqlCommands.Parameter("rows", summary.Rows),
        SqlCommands.Parameter("withheld", summary.Withheld),
        SqlCommands.Parameter("name", summary.Definition.Name));

    private static DomainDefinition ReadDefinition(NpgsqlDataReader row) => new(row.GetString(0))
    {
        Columns = row.GetString(1).Split(' '),
        Period = DomainDefinition.ParsePeriod(row.GetString(2)),
        MinK = row.GetInt32(3),
        LagDays = row.GetInt32(4),
    };

    private static void Refuse(IReadOnlyList<string> problems)
    {
        if (problems.Count > 0)
        {
            throw new MaskingRefusedException(problems);
        }
    }

    private async Task<(string Reader, IReadOnlyList<string> Warnings)> FindRoleAsync(
        DomainDefinition definition, string role, CancellationToken cancellationToken)
    {
        var found = await database.QueryAsync(
            SelectRole,
            static row => (
                Quoted: row.GetString(0),
                ReadsAll: !row.IsDBNull(1) && row.GetBoolean(1),
                Others: row.IsDBNull(2) ? null : row.GetString(2)),
            cancellationToken,
            SqlCommands.Parameter("role", role),
            SqlCommands.Parameter("name", definition.Name));
        if (found is not [var (quoted, readsAll, others)])
        {
            throw new MaskingRefusedException([$"there is no role {role}: give its name as it is, without quotes."]);
        }

        var warnings = new List<string>();
        if (readsAll)
        {
            warnings.Add(
                $"{quoted} may read user_logins itself, so the domain hides nothing from it. Remedy: REVOKE SELECT ON "
                + $"user_logins, user_logins_readable FROM {quoted}");
        }

        if (others is not null)
        {
            warnings.Add($"{quoted} may also read the domains {others}. Remedy: a role for each group of readers");
        }

        return (quoted, warnings);
    }
}
