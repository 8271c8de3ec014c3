using FetchEtl.Logins;
using FetchEtl.Masking;
using Npgsql;

namespace FetchEtl.Maintenance;

/// <summary>Creates partitions of <c>user_logins</c> ahead, and removes old ones.</summary>
/// <remarks>
/// PostgreSQL has no <c>DETACH … CONCURRENTLY</c> where the table has a default partition, as the one without dates. So
/// a partition is detached under a lock of some milliseconds, for which a statement waits two seconds at most.
/// </remarks>
/// <param name="database">The database, with the role that owns the table; to create partitions, one with EXECUTE on
/// <c>user_logins_add_partition(date)</c>.</param>
/// <param name="time">The clock.</param>
/// <param name="waits">Called with a sentence before each pause; null: not reported.</param>
public sealed class PartitionUpkeep(LoginDatabase database, TimeProvider time, Action<string>? waits)
{
    /// <summary>The most intervals that are created ahead.</summary>
    public const int MaxAhead = 400;

    private const string HasFunction =
        "SELECT pg_catalog.to_regprocedure('user_logins_add_partition(date)') IS NOT NULL";

    private const string Exists = "SELECT pg_catalog.to_regclass(@name) IS NOT NULL";

    /// <summary>An operator may add more partitions ahead than a message may.</summary>
    private const string Add =
        "SELECT user_logins_add_partition(@day) FROM pg_catalog.set_config('fetch_etl.any_date', 'on', true)";

    private const string ServerDay =
        "SELECT pg_catalog.timezone('UTC'::text, pg_catalog.clock_timestamp())::date";

    private const string Domains =
        """
        SELECT d.name::text FROM reader_domains AS d WHERE d.refreshed_at IS NOT NULL ORDER BY d.name::text COLLATE "C"
        """;

    private readonly LockAttempts _locks = new(database, time, waits);
    private readonly RetentionVault _vault = new(database, time);

    /// <summary>
    /// Reads the current day in UTC: the earlier one of this machine's and PostgreSQL's, so that a clock that is ahead
    /// removes nothing.
    /// </summary>
    /// <param name="cancellationToken">Cancels the statement.</param>
    public async Task<DateOnly> ReadTodayAsync(CancellationToken cancellationToken)
    {
        await database.OpenAsync(cancellationToken);
        var server = (await database.QueryAsync(
            ServerDay, static reader => reader.GetFieldValue<DateOnly>(0), cancellationToken))[0];
        var own = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        return own < server ? own : server;
    }

    /// <summary>Returns the days whose partitions are missing: today's, and those of the intervals behind it.</summary>
    /// <param name="layout">The layout of a partitioned table.</param>
    /// <param name="today">The current day.</param>
    /// <param name="ahead">The number of intervals behind the current one.</param>
    public static IReadOnlyList<DateOnly> Missing(PartitionLayout layout, DateOnly today, int ahead)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var isDaily = layout.Interval == PartitionInterval.Day;
        return
        [
            .. Enumerable.Range(0, ahead + 1)
                .Select(place => isDaily ? today.AddDays(place) : today.AddDays(1 - today.Day).AddMonths(place))
                .Where(day => !layout.Partitions.Any(partition => partition.From <= day && day < partition.To)),
        ];
    }

    /// <summary>Creates the partitions of these days.</summary>
    /// <param name="days">The days.</param>
    /// <param name="cancellationToken">Ends it between two partitions.</param>
    /// <exception cref="MaskingRefusedException">The function that creates them is missing.</exception>
    /// <exception cref="NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task CreateAsync(IReadOnlyList<DateOnly> days, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(days);
        if (days.Count == 0)
        {
            return;
        }

        await database.OpenAsync(cancellationToken);
        if (!(await database.QueryAsync(HasFunction, static reader => reader.GetBoolean(0), cancellationToken))[0])
        {
            throw new MaskingRefusedException(
            [
                "There is no function user_logins_add_partition(date), which creates partitions: run 'fetch-etl "
                    + "migrate' as the owner of the tables.",
            ]);
        }

        foreach (var day in days)
        {
            await _locks.RunAsync(
                LoginTables.DefaultTable,
                token => database.ExecuteAsync(Add, token, SqlCommands.Parameter("day", day)),
                cancellationToken);
        }
    }

    /// <summary>Finishes a <c>DETACH … CONCURRENTLY</c> that was interrupted.</summary>
    /// <param name="partition">The partition, whose detach is pending.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task FinalizeAsync(Partition partition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(partition);
        await database.OpenAsync(cancellationToken);
        await _locks.RunAsync(
            partition.Name,
            token => database.ExecuteAsync(
                $"ALTER TABLE user_logins DETACH PARTITION {partition.Name} FINALIZE", token),
            cancellationToken);
    }

    /// <summary>Whether a table exists.</summary>
    /// <param name="name">The name, quoted for SQL.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    public async Task<bool> ExistsAsync(string name, CancellationToken cancellationToken)
    {
        await database.OpenAsync(cancellationToken);
        return (await database.QueryAsync(
            Exists, static reader => reader.GetBoolean(0), cancellationToken, SqlCommands.Parameter("name", name)))[0];
    }

    /// <summary>Checks that partitions can be dropped.</summary>
    /// <param name="partitions">The partitions.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <exception cref="MaskingRefusedException">They cannot. Nothing was changed.</exception>
    public async Task RequireDroppableAsync(
        IReadOnlyList<Partition> partitions, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(partitions);
        await database.OpenAsync(cancellationToken);
        await _vault.RequireOneGenerationAsync(cancellationToken);
        foreach (var partition in partitions.Where(partition => partition.IsDetached))
        {
            await _vault.RequireOneGenerationAsync(partition.Name, cancellationToken);
        }
    }

    /// <summary>
    /// Detaches a partition. Where it is dropped, the audit log gets an entry first, and the sealed values that only
    /// its rows referred to go with it. A run after a stop continues.
    /// </summary>
    /// <param name="partition">The partition, of a <see cref="RetentionPlan"/>.</param>
    /// <param name="drops">Whether it is dropped.</param>
    /// <param name="purpose">What the audit log says it is for.</param>
    /// <param name="osUser">The user of the operating system.</param>
    /// <param name="waiting">Called with the number of transactions that are waited for, once a second.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    /// <returns>What was removed.</returns>
    /// <exception cref="MaskingRefusedException">
    /// Another object depends on it, its lock is never free, or its masks are of an older generation than the vault's.
    /// </exception>
    /// <exception cref="NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task<RemovedPartition> RemoveAsync(
        Partition partition,
        bool drops,
        string purpose,
        string osUser,
        Action<int>? waiting,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(partition);
        await database.OpenAsync(cancellationToken);
        var name = partition.Name;
        await using var turn = drops ? await _vault.TakeTurnAsync(name, cancellationToken) : null;
        if (!partition.IsDetached)
        {
            await DetachAsync(partition, drops, cancellationToken);
        }

        var rows = (await database.QueryAsync(
            $"SELECT pg_catalog.count(*) FROM ONLY {name}", static reader => reader.GetInt64(0), cancellationToken))[0];
        if (!drops)
        {
            return new RemovedPartition(partition, rows, IsDropped: false, SealedValues: 0);
        }

        var (entries, isDropped) = (0L, false);
        await new AuditLog(database, time).RunAsync(
            new AuditAction("partitions drop", $"{purpose}: {name}", "*", rows),
            osUser,
            async () =>
            {
                entries = await _vault.EraseAsync(name, waiting, cancellationToken);
                await DropAsync(name, cancellationToken);
                return isDropped = true;
            },
            static _ => AuditEnding.Done,
            Outcome,
            waits,
            cancellationToken);
        return new RemovedPartition(partition, rows, IsDropped: true, entries);

        AuditOutcome Outcome()
        {
            var dropped = isDropped ? rows : 0;
            return new AuditOutcome(
                dropped + entries,
                $"{dropped} {(dropped == 1 ? "row" : "rows")}, {entries} sealed {(entries == 1 ? "value" : "values")}");
        }
    }

    private async Task DropAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            await _locks.RunAsync(name, token => database.ExecuteAsync($"DROP TABLE {name}", token), cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.DependentObjectsStillExist)
        {
            throw new MaskingRefusedException(
            [
                $"{name} is detached and was not dropped, since another object depends on it, such as a view: drop "
                    + "that, and run this again.",
            ]);
        }
    }

    /// <summary>Reads the names of the domains that show rows, among them dropped ones until they are refreshed.
    /// </summary>
    /// <param name="cancellationToken">Cancels the statement.</param>
    public async Task<IReadOnlyList<string>> ReadDomainsAsync(CancellationToken cancellationToken)
    {
        await database.OpenAsync(cancellationToken);
        return await database.QueryAsync(Domains, static reader => reader.GetString(0), cancellationToken);
    }

    /// <summary>
    /// A partition has the mark already where an interrupted run detached it, and an operator attached it again.
    /// </summary>
    private Task DetachAsync(Partition partition, bool drops, CancellationToken cancellationToken) => _locks.RunAsync(
        LoginTables.DefaultTable,
        async token =>
        {
            if (drops != partition.IsDropPending)
            {
                var mark = drops ? $"'{PartitionLayout.DropMark}'" : "NULL";
                await database.ExecuteAsync($"COMMENT ON TABLE {partition.Name} IS {mark}", token);
            }

            await database.ExecuteAsync($"ALTER TABLE user_logins DETACH PARTITION {partition.Name}", token);
        },
        cancellationToken);
}
