using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// Verifies, before the first row is written, that this process's masks fit the table: its keys are those of the
/// generations that the table holds, its settings are those that the generations record, and the columns have room for
/// its masks. A masker of another type is not verified.
/// </summary>
/// <param name="masker">The process's masker.</param>
/// <param name="options">The settings, which say what is masked.</param>
/// <param name="log">Receives a warning for each row of <c>masking_generations</c> that is ignored.</param>
public sealed class StoredMasksVerifier(
    IPiiMasker masker, IOptions<LoginsOptions> options, ILogger<StoredMasksVerifier>? log = null)
{
    private const int MostWrites = 10;

    // Read once: the file may be gone when a running process verifies again.
    private readonly Lazy<string?> _vaultKey = new(() => WrittenForm.VaultKey(options.Value.Masking));
    private volatile TableSettings? _settings;
    private volatile TableSettings? _last;

    /// <summary>The table's settings; null until they are verified, and while they are not.</summary>
    public TableSettings? Settings => _settings;

    /// <summary>
    /// Verifies the masks and records new generations in <c>masking_generations</c>, so that no process starts any more
    /// that lacks their keys, or would write other rows. After the first success it returns at once. Thread-safe.
    /// </summary>
    /// <param name="database">The database.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>What the table says of its rows.</returns>
    /// <exception cref="MaskingRefusedException">The masks or the settings do not fit.</exception>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public ValueTask<TableSettings> VerifyAsync(LoginDatabase database, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        return _settings is { } settings ? new(settings) : new(VerifyNowAsync(database, cancellationToken));
    }

    /// <summary>
    /// Verifies again, whether or not it succeeded before: an insert found that the database behind the connection does
    /// not hold the key check, or that the table's settings have changed.
    /// </summary>
    internal Task<TableSettings> VerifyAgainAsync(LoginDatabase database, CancellationToken cancellationToken)
    {
        _settings = null;
        return VerifyNowAsync(database, cancellationToken);
    }

    /// <summary>
    /// Verifies as <see cref="VerifyAsync"/> does, for an operator who vouches for keys and settings: generations that
    /// have no check of their key get it, rows that no holder of the keys wrote are written again, and all generations
    /// record the settings of this process. Their methods stay.
    /// </summary>
    /// <param name="database">The database, with a role that may change <c>masking_generations</c>.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="MaskingRefusedException">The masks do not fit.</exception>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task<RegisteredSettings> RegisterAsync(LoginDatabase database, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        if (masker is not KeyedPiiMasker keyed)
        {
            return new([], [], await VerifyAsync(database, cancellationToken));
        }

        var written = new SortedSet<int>();
        var changes = new List<string>();
        var settings = await GuardAsync(() => PinAsync(
            database,
            keyed,
            PinMode.Vouch,
            form: null,
            (generations, decision) =>
            {
                written.UnionWith(generations);
                changes.AddRange(decision.Changes.Except(changes));
            },
            cancellationToken));
        return new([.. written], changes, Keep(settings, database.Tables));
    }

    /// <summary>
    /// Changes the form of message ids in every generation's record, for <c>rekey --message-ids</c>. Running processes
    /// follow at their next batch. It waits for the statements that insert rows, and they wait for it: once it returns,
    /// no row of the former form is under way. A lock that is not free within <see cref="LockLimits.Wait"/>
    /// ends it with SQLSTATE 55P03.
    /// </summary>
    /// <param name="database">The database, with a role that may change <c>masking_generations</c>.</param>
    /// <param name="form">The new form.</param>
    /// <param name="cancellationToken">Cancels the statement under way; nothing is changed then.</param>
    /// <returns>The table's settings.</returns>
    /// <exception cref="MaskingRefusedException">The masks or the settings do not fit.</exception>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task<TableSettings> ChangeMessageIdsAsync(
        LoginDatabase database, MessageIdForm form, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        if (masker is not KeyedPiiMasker keyed)
        {
            throw new MaskingRefusedException(["Message ids are keyed with Masking:Method Hmac only: choose it."]);
        }

        // Stated whatever the role's default: the rows are read after the lock was taken.
        await using var transaction = await database.BeginTransactionAsync(
            System.Data.IsolationLevel.ReadCommitted, cancellationToken);
        var lockTable =
            $"SET LOCAL lock_timeout = {LockLimits.LockTimeout}; "
            + $"LOCK TABLE {database.Tables.UserLogins} IN SHARE ROW EXCLUSIVE MODE";
        await database.ExecuteAsync(lockTable, cancellationToken);
        var settings = await GuardAsync(
            () => PinAsync(database, keyed, PinMode.Move, form, report: null, cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return Keep(settings, database.Tables);
    }

    /// <summary>
    /// Reads what the table says of its rows, and writes nothing. Where no generation records settings yet, it returns
    /// what the first process with these settings would record.
    /// </summary>
    /// <param name="database">The database.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>The table's settings.</returns>
    /// <exception cref="MaskingRefusedException">The keys are not those of the table.</exception>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task<TableSettings> ReadSettingsAsync(LoginDatabase database, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        if (masker is not KeyedPiiMasker keyed)
        {
            return Unpinned();
        }

        var found = GenerationRegister.Judge(
            await GenerationRows.ReadAsync(database, keyed, cancellationToken), keyed, database.Tables);
        Refuse(found.WrongKeys);
        return Settled(keyed, await DecideAsync(database, keyed, found, PinMode.Follow, null, cancellationToken));
    }

    /// <summary>Finds what <see cref="VerifyAsync"/> would find, and writes nothing.</summary>
    /// <param name="database">The database.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>The findings; no problems where the masks fit.</returns>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task<StoredMasksFindings> InspectAsync(LoginDatabase database, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        try
        {
            switch (masker)
            {
                case KeyedPiiMasker keyed:
                    var found = GenerationRegister.Judge(
                        await GenerationRows.ReadAsync(database, keyed, cancellationToken), keyed, database.Tables);
                    var decision = await DecideAsync(
                        database, keyed, found, PinMode.Follow, form: null, cancellationToken);
                    await VerifyColumnsAsync(
                        database, decision.Newest.Fields, keyed.MaskLength, cancellationToken);
                    return new(
                        found.Problems,
                        found.WrongKeys.Count > 0 ? [] : decision.Problems,
                        [.. found.Missing, .. found.Older],
                        found.Ignored);
                case Sha256PiiMasker:
                    await VerifyColumnsAsync(
                        database, Unpinned().Fields, Sha256PiiMasker.MaskLength, cancellationToken);
                    await VerifyNoGenerationAsync(database, cancellationToken);
                    break;
            }

            return new([], [], [], []);
        }
        catch (MaskingRefusedException refused)
        {
            return new(refused.Problems, [], [], []);
        }
    }

    /// <summary>
    /// Checks the keys against <c>masking_generations</c> and changes nothing, for a role that may only read it. A
    /// masker without keys passes.
    /// </summary>
    /// <param name="database">The database.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <exception cref="MaskingRefusedException">The keys are not those of the table.</exception>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task CheckKeysAsync(LoginDatabase database, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        if (masker is KeyedPiiMasker keyed)
        {
            Refuse(GenerationRegister.Judge(
                await GenerationRows.ReadAsync(database, keyed, cancellationToken), keyed, database.Tables).Problems);
        }
    }

    /// <summary>Verifies, and writes what the generations are to record.</summary>
    /// <returns>What the newest generation records.</returns>
    private async Task<TableSettings> PinAsync(
        LoginDatabase database,
        KeyedPiiMasker keyed,
        PinMode mode,
        MessageIdForm? form,
        Action<IReadOnlyCollection<int>, SettingsDecision>? report,
        CancellationToken cancellationToken)
    {
        // It reads again after each write: another process may have been faster, with other keys or settings.
        for (var attempt = 1; attempt <= MostWrites; attempt++)
        {
            var known = await GenerationRows.ReadAsync(database, keyed, cancellationToken);
            var found = GenerationRegister.Judge(known, keyed, database.Tables);
            Refuse(mode == PinMode.Vouch ? found.WrongKeys : found.Problems);
            var decision = await DecideAsync(database, keyed, found, mode, form, cancellationToken);
            Refuse(decision.Problems);
            if (attempt == 1)
            {
                await VerifyColumnsAsync(database, decision.Newest.Fields, keyed.MaskLength, cancellationToken);
            }

            int[] generations = mode == PinMode.Follow
                ? [.. found.Missing, .. found.Older, .. decision.Confirmed]
                : [.. decision.Targets.Keys.Where(generation =>
                    found.Pinned.GetValueOrDefault(generation)?.ToString() != $"{decision.Targets[generation]}")];
            if (generations.Length == 0)
            {
                WarnOf(found.Ignored);
                return Settled(keyed, decision);
            }

            await GenerationRows.WriteAsync(
                database, keyed, known, generations, decision.Targets, cancellationToken);
            report?.Invoke(generations, decision);
        }

        throw new MaskingRefusedException(
            ["masking_generations does not keep what is written to it: drop its triggers and rules."]);
    }

    private async Task<SettingsDecision> DecideAsync(
        LoginDatabase database,
        KeyedPiiMasker keyed,
        GenerationRegister found,
        PinMode mode,
        MessageIdForm? form,
        CancellationToken cancellationToken)
    {
        var content = SettingsDecision.NeedsContent(found, keyed.Generation)
            ? await ContentSample.ReadAsync(database, cancellationToken)
            : TableContent.Empty;
        return SettingsDecision.Make(
            options.Value, _vaultKey.Value, found, keyed.Generation, content, mode, form, database.Tables);
    }

    private static TableSettings Settled(KeyedPiiMasker keyed, SettingsDecision decision) => new(
        decision.Newest,
        decision.Targets,
        keyed.MessageIds,
        keyed.GenerationMac(keyed.Generation, decision.Newest.ToString()));

    /// <summary>The settings of a process whose masker has no generations: nothing in the table records them.</summary>
    private TableSettings Unpinned()
    {
        var isKeyed = options.Value.Masking.MessageIds == MessageIds.Keyed;
        return new(
            PinnedSettings.Of(
                options.Value,
                PiiFields.Of(options.Value.Masking),
                isKeyed ? MessageIdForm.Keyed : MessageIdForm.Raw,
                _vaultKey.Value),
            new Dictionary<int, PinnedSettings>(),
            isKeyed ? new MessageIdKey(options.Value.Masking) : null,
            mac: null);
    }

    /// <summary>Keeps one instance as long as the table's settings stay, so that no row is formed twice.</summary>
    private TableSettings Keep(TableSettings settings, LoginTables tables)
    {
        var last = _last;
        if (last is not null && last.Mac == settings.Mac && $"{last.Pinned}" == $"{settings.Pinned}")
        {
            return _settings = last;
        }

        if (last is not null && log is not null)
        {
            Log.TableSettingsChanged(log, tables.ToString(), settings.Pinned.FieldNames(), settings.MessageIds);
        }

        return _settings = _last = settings;
    }

    private void WarnOf(IReadOnlyList<int> ignored)
    {
        if (log is not null)
        {
            foreach (var generation in ignored)
            {
                Log.GenerationIgnored(log, generation);
            }
        }
    }

    private static async Task VerifyNoGenerationAsync(LoginDatabase database, CancellationToken cancellationToken)
    {
        var known = await database.QueryAsync(
            $"SELECT generation FROM {database.Tables.MaskingGenerations} ORDER BY generation DESC LIMIT 1",
            static row => row.GetInt32(0),
            cancellationToken);
        Refuse([.. known.Select(generation =>
            $"{database.Tables} holds masks of Masking:Method Hmac, generation {generation}: choose that method, " +
            "with the keys it had.")]);
    }

    private static void Refuse(IReadOnlyList<string> problems)
    {
        if (problems.Count > 0)
        {
            throw new MaskingRefusedException(problems);
        }
    }

    private async Task<TableSettings> VerifyNowAsync(LoginDatabase database, CancellationToken cancellationToken)
    {
        var settings = await GuardAsync(async () =>
        {
            switch (masker)
            {
                case KeyedPiiMasker keyed:
                    return await PinAsync(
                        database, keyed, PinMode.Follow, form: null, report: null, cancellationToken);
                case Sha256PiiMasker:
                    await VerifyColumnsAsync(
                        database, Unpinned().Fields, Sha256PiiMasker.MaskLength, cancellationToken);
                    await VerifyNoGenerationAsync(database, cancellationToken);
                    break;
            }

            return Unpinned();
        });
        return Keep(settings, database.Tables);
    }

    private static async Task<TableSettings> GuardAsync(Func<Task<TableSettings>> verify)
    {
        try
        {
            return await verify();
        }
        catch (Exception exception) when (DatabaseFaults.Classify(exception) is { Kind: FaultKind.Refused } fault)
        {
            // Otherwise the writer would blame the rows that wait.
            throw new MaskingRefusedException(
                [$"masking_generations is not as expected (SQLSTATE {fault.SqlState}): recreate it as the " +
                    "migrations do."]);
        }
    }

    private static async Task VerifyColumnsAsync(
        LoginDatabase database, IReadOnlyList<PiiField> fields, int length, CancellationToken cancellationToken)
    {
        var names = fields.Select(field => field.Column()).ToArray();

        // A missing column is reported by the insert. 4 is the header that a varchar's modifier counts.
        var narrow = await database.QueryAsync(
            """
            SELECT a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod)
            FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
            WHERE a.attrelid = pg_catalog.to_regclass(@table)::oid AND NOT a.attisdropped
                AND a.attname::text = ANY (@names)
                AND NOT (t.typname::text = 'text'
                    OR t.typname::text = 'varchar' AND (a.atttypmod < 0 OR a.atttypmod - 4 >= @length))
            ORDER BY a.attnum
            """,
            static row => (Name: row.GetString(0), Type: row.GetString(1)),
            cancellationToken,
            new NpgsqlParameter<string>("table", database.Tables.UserLogins),
            new NpgsqlParameter<string[]>("names", names),
            new NpgsqlParameter<int>("length", length));
        Refuse([.. narrow.Select(column =>
            $"{database.Tables}.{column.Name} is {column.Type}, and a mask has {length} characters: widen it by " +
            $"ALTER TABLE {database.Tables} ALTER COLUMN {column.Name} TYPE varchar({ColumnLengths.Mask}); drop a " +
            "view over it first and create it again afterwards.")]);
    }
}
