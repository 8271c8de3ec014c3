using FetchEtl.Logins;
using FetchEtl.Maintenance;
using FetchEtl.Migrations;
using Npgsql;

namespace FetchEtl.Service;

/// <summary>The server, the table, and what the service's role may do there.</summary>
internal sealed class DatabaseSection : IDoctorSection
{
    private const int ConnectSeconds = 5;

    private static readonly Check[] OfSession =
    [
        Checks.Version, Checks.Migrations, Checks.Table, Checks.Rights, Checks.Schemas, Checks.Durability,
    ];

    public string Name => "PostgreSQL";

    public async Task<IReadOnlyList<Finding>> RunAsync(DoctorContext context, CancellationToken cancellationToken)
    {
        string connectionString;
        try
        {
            connectionString = DatabaseSetting.ReadQuietly(context.Host.Configuration, UnknownKeys.IsOne);
        }
        catch (UsageException)
        {
            context.NoDatabase = "the settings of the database are invalid";
            return [Checks.Connection.Skip(context.NoDatabase), Checks.Tls.Skip(context.NoDatabase), .. Skip(context)];
        }

        var connection = await ConnectAsync(context, connectionString, cancellationToken);
        if (context.Connection is null)
        {
            var tls = await TlsCheck.RunAsync(context, connectionString, cancellationToken);
            return [connection, tls, .. Skip(context)];
        }

        return
        [
            connection,
            await TlsCheck.RunAsync(context, connectionString, cancellationToken),
            Version(context.Connection),
            await MigrationsAsync(context, cancellationToken),
            .. await TableAsync(context, cancellationToken),
            await RightsAsync(context, cancellationToken),
            .. await SchemasAsync(context, cancellationToken),
            .. await DurabilityAsync(context, cancellationToken),
        ];
    }

    /// <summary>The session of the doctor's connection, which the doctor disposes.</summary>
    internal static LoginDatabase Session(DoctorContext context) => new(context.Connection!);

    private static IEnumerable<Finding> Skip(DoctorContext context) =>
        OfSession.Select(check => check.Skip(context.NoDatabase!));

    private static async Task<Finding> ConnectAsync(
        DoctorContext context, string connectionString, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            Multiplexing = false,
            IncludeErrorDetail = false,
            Timeout = ConnectSeconds,
            ApplicationName = "fetch-etl doctor",
        };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await context.Limit.RunAsync(token => connection.OpenAsync(token), cancellationToken);
            context.Connection = connection;
            return Checks.Connection.Ok(
                $"{connection.Host}:{connection.Port}, database {connection.Database}, role {settings.Username}");
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            await connection.DisposeAsync();
            context.NoDatabase = "there is no connection to PostgreSQL";
            var (found, remedy) = DatabaseTrouble.Describe(exception, $"{settings.Host}:{settings.Port}");
            return Checks.Connection.Fail(found, remedy);
        }
    }

    private static Finding Version(NpgsqlConnection connection)
    {
        var version = connection.PostgreSqlVersion;
        return version.Major < 13
            ? Checks.Version.Warn(
                $"PostgreSQL {version.Major}, which its developers no longer maintain",
                "upgrade the server; FetchEtl is tested on PostgreSQL 15")
            : Checks.Version.Ok($"PostgreSQL {version.Major}.{version.Minor}");
    }

    private static Task<Finding> MigrationsAsync(DoctorContext context, CancellationToken cancellationToken) =>
        TryAsync(context, Checks.Migrations, async token =>
        {
            try
            {
                var pending = await LoginMigrations.FindPendingAsync(context.Connection!, token);
                context.IsMigrated = pending.Count == 0;
                return pending.Count == 0
                    ? Checks.Migrations.Ok("all applied")
                    : Checks.Migrations.Fail(
                        $"missing: {string.Join(", ", pending)}", "run 'fetch-etl migrate' as the owner of the tables");
            }
            catch (PostgresException denied) when (denied.SqlState == PostgresErrorCodes.InsufficientPrivilege)
            {
                return Checks.Migrations.Skip(
                    "the role may not read \"__EFMigrationsHistory\". The service does not need that; see the columns");
            }
        }, cancellationToken);

    private static async Task<IReadOnlyList<Finding>> TableAsync(
        DoctorContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<Finding> findings = [];
        // Before the time of a call runs: EF Core builds its model once.
        var expected = TableColumns.Expected();
        var database = Session(context);
        var failure = await TryAsync(context, Checks.Table, async token =>
        {
            var columns = await TableColumns.ReadAsync(context.Connection!, token);
            context.HasTable = columns.Count > 0;
            context.LacksColumns = expected.Any(column => !columns.Any(found => found.Name == column.Name));
            findings = [.. TableColumns.Judge(columns, expected, context.IsMigrated)];
            if (await PartitionLayout.ReadAsync(database, token) is { } layout)
            {
                context.IsPartitioned = layout.IsPartitioned;
                var today = DateOnly.FromDateTime(context.Time.GetUtcNow().UtcDateTime);
                findings = [.. findings, .. TablePartitions.Judge(layout, today)];
            }

            if (await PartitionConversion.FindUnderWayAsync(context.Connection!, token) is { } interval)
            {
                findings = [.. findings, TablePartitions.UnderWay(interval)];
            }

            return findings[0];
        }, cancellationToken);
        return findings.Count > 0 ? findings : [failure];
    }

    private static Task<Finding> RightsAsync(DoctorContext context, CancellationToken cancellationToken) =>
        TryAsync(context, Checks.Rights, async token =>
        {
            var database = Session(context);
            var masking = MaskingSetting.Read(context.Host.Configuration);
            try
            {
                await InsertPlan.CheckAsync(database, masking?.HasVault == true, token);
            }
            catch (PostgresException denied) when (denied.SqlState == PostgresErrorCodes.InsufficientPrivilege)
            {
                if (await TableRights.FindMissingAsync(context.Connection!, masking?.HasVault == true, token)
                    is { Count: > 0 } missing)
                {
                    return TableRights.Judge(
                        missing, await TableRights.ReadRoleAsync(context.Connection!, token));
                }

                throw;
            }
            catch (PostgresException gone) when (context.LacksColumns
                && gone.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn)
            {
                return Checks.Rights.Skip("the table lacks what the service writes");
            }
            catch (PostgresException noIndex) when (noIndex.SqlState == PostgresErrorCodes.InvalidColumnReference)
            {
                return TableRights.NoUniqueIndex(context.IsPartitioned);
            }

            return Checks.Rights.Ok(
                masking?.HasVault == true
                    ? "PostgreSQL would take rows and sealed values from this role"
                    : "PostgreSQL would take rows from this role");
        }, cancellationToken);

    private static async Task<IReadOnlyList<Finding>> SchemasAsync(
        DoctorContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> found = [];
        var result = await TryAsync(context, Checks.Schemas, async token =>
        {
            found = await SchemaCheck.FindAsync(context.Connection!, token);
            return Checks.Schemas.Ok("no other role may create objects where names are looked up");
        }, cancellationToken);
        return found.Count == 0 ? [result] : [.. found.Select(finding =>
            finding.Split(" Remedy: ") is [var problem, var remedy]
                ? Checks.Schemas.Warn(problem.TrimEnd('.'), remedy)
                : Checks.Schemas.Warn(finding, "see the page"))];
    }

    private static async Task<IReadOnlyList<Finding>> DurabilityAsync(
        DoctorContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<DurabilityFinding> found = [];
        var result = await TryAsync(context, Checks.Durability, async token =>
        {
            var database = Session(context);
            found = await DurabilityCheck.FindAsync(database, token);
            return Checks.Durability.Ok("what PostgreSQL confirms survives a crash");
        }, cancellationToken);
        return found.Count == 0
            ? [result]
            : [.. found.Select(finding => Checks.Durability.Warn(finding.Problem, finding.Remedy))];
    }

    private static async Task<Finding> TryAsync(
        DoctorContext context,
        Check check,
        Func<CancellationToken, Task<Finding>> run,
        CancellationToken cancellationToken)
    {
        if (context.NoDatabase is { } reason)
        {
            return check.Skip(reason);
        }

        try
        {
            return await context.Limit.RunAsync(run, cancellationToken);
        }
        catch (TimeoutException late)
        {
            // The session is still busy with that statement.
            context.NoDatabase = "a statement before it did not end";
            return check.Fail(
                $"PostgreSQL gave {late.Message}",
                "look for a lock on user_logins in pg_stat_activity, or for a busy server");
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            var (found, remedy) = DatabaseTrouble.Describe(exception);
            return check.Fail(found, remedy);
        }
    }
}
