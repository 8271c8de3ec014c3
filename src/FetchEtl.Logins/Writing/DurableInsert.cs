using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// The writer's insert: <see cref="UnnestInsert"/> under a condition that PostgreSQL evaluates once a statement. It
/// makes the transaction durable whatever the defaults of role and database, and it lets rows in only where the
/// database holds the masker's key check. All of it is in the one statement, so it holds behind a connection pooler
/// too, where the next statement can run in another session.
/// </summary>
internal sealed class DurableInsert
{
    // The message is a record in the write-ahead log, of about 60 bytes, that no program reads. With it, a statement
    // that meets only its own earlier rows commits under a transaction id with a record of its own. Then its commit is
    // flushed and waits for the synchronous standby, as the commit of these rows may not have done.
    private const string Durable =
        """
        CASE WHEN pg_catalog.current_setting('synchronous_standby_names') <> ''
                OR pg_catalog.current_setting('synchronous_commit') = 'off'
            THEN pg_catalog.pg_logical_emit_message(true, 'fetchetl', ''::text) IS NOT NULL ELSE true END
        AND CASE WHEN pg_catalog.current_setting('synchronous_commit') = 'off'
            THEN pg_catalog.set_config('synchronous_commit', 'on', true) IS NOT NULL ELSE true END
        AND CASE WHEN pg_catalog.current_setting('client_min_messages') IN ('error', 'fatal', 'panic')
            THEN pg_catalog.set_config('client_min_messages', 'warning', true) IS NOT NULL ELSE true END
        """;

    // The transaction waits for this process between its statements. If the connection breaks unnoticed there, the
    // session holds the message ids of its rows until it ends.
    private const string Bounded =
        """
        AND CASE WHEN pg_catalog.current_setting('idle_in_transaction_session_timeout') = '0'
            THEN pg_catalog.set_config('idle_in_transaction_session_timeout', '30s', true) IS NOT NULL ELSE true END
        """;

    private readonly string _nothingErased;
    private readonly int? _generation;
    private readonly TableForm _form;
    private readonly Statements _plain;
    private readonly Statements _dated;
    private readonly Statements _undated;
    private volatile bool _hasErased;

    /// <param name="tables">The names of the tables.</param>
    /// <param name="masker">The process's masker. Under a masker of another type, no key check is a condition.</param>
    /// <param name="form">The table's unique index.</param>
    public DurableInsert(LoginTables tables, IPiiMasker masker, TableForm form)
    {
        _form = form;
        _generation = (masker as KeyedPiiMasker)?.Generation;
        var condition = masker switch
        {
            KeyedPiiMasker =>
                $"AND EXISTS (SELECT FROM {tables.MaskingGenerations} AS known " +
                "WHERE known.generation = @generation AND known.mac::text = @mac)",
            Sha256PiiMasker => $"AND NOT EXISTS (SELECT FROM {tables.MaskingGenerations})",
            _ => string.Empty,
        };

        // The anti-join with erased_messages costs 7% of the statement, even while nothing was ever erased. The size of
        // the table's file costs next to nothing. It grows before the first erasure commits, and it does not depend on
        // the statement's snapshot.
        _nothingErased = $"AND pg_catalog.pg_relation_size('{tables.ErasedMessages}'::regclass) = 0";
        _plain = Both(new UnnestInsert(tables));
        _dated = Both(new UnnestInsert(tables, InsertTarget.MessageIdAndDate));
        _undated = Both(new UnnestInsert(tables, InsertTarget.Any));

        Statements Both(UnnestInsert insert) => new(
            Of(insert, $"{Durable} {condition}"),
            Of(insert, $"{Durable} {Bounded} {condition}").Select(UnnestInsert.Returning));

        Forms Of(UnnestInsert insert, string always) => new(
            insert.Where($"(SELECT {always} {_nothingErased})"),
            insert.Where($"(SELECT {always}) AND {insert.NotErased}"),
            insert.WhereMoving($"(SELECT {always})"));
    }

    /// <summary>
    /// The statement of <see cref="InsertAsync"/> into a table that is not partitioned, while message ids do not move.
    /// </summary>
    public string Sql => _hasErased ? _plain.Inserting.OfErased : _plain.Inserting.OfNothingErased;

    /// <summary>Inserts rows in a transaction of their own. They were all formed under the same settings.</summary>
    /// <returns>The number of new rows.</returns>
    public async Task<int> InsertAsync(
        LoginDatabase database, IReadOnlyList<PendingLogin> rows, CancellationToken cancellationToken)
    {
        var statements = await StatementsAsync(database, rows, cancellationToken);
        return await database.ExecuteAsync(Form(statements.Inserting, rows), cancellationToken, Parameters(rows));
    }

    /// <summary>Inserts rows in the transaction that is open.</summary>
    /// <returns>The message ids of the new rows.</returns>
    public async Task<List<Guid?>> InsertReturningAsync(
        LoginDatabase database, IReadOnlyList<PendingLogin> rows, CancellationToken cancellationToken)
    {
        var statements = await StatementsAsync(database, rows, cancellationToken);
        return await database.QueryAsync(
            Form(statements.Returning, rows), ReadId, cancellationToken, Parameters(rows));
    }

    /// <summary>
    /// Looks whether messages were ever erased: then the statements leave them out from now on. To be called where a
    /// statement inserted nothing and left rows out, as it does from the first erasure on.
    /// </summary>
    /// <returns>Whether this call found the first erasure.</returns>
    public async Task<bool> LookForErasedAsync(LoginDatabase database, CancellationToken cancellationToken)
    {
        if (_hasErased)
        {
            return false;
        }

        var nothingErased = await database.QueryAsync(
            $"SELECT true {_nothingErased}", static row => row.GetBoolean(0), cancellationToken);
        return _hasErased = !nothingErased[0];
    }

    /// <summary>
    /// Returns the rows that the table does not hold and whose message was not erased. A row without a message id
    /// cannot be looked up: it is missing where the statement inserted nothing.
    /// </summary>
    public async Task<IReadOnlyList<PendingLogin>> FindMissingAsync(
        LoginDatabase database,
        IReadOnlyList<PendingLogin> rows,
        int inserted,
        CancellationToken cancellationToken)
    {
        var ids = rows.Select(static row => row.Login.MessageId).OfType<Guid>();
        if (Moves(rows))
        {
            ids = ids.Concat(rows.Select(static row => row.MessageId).OfType<Guid>());
        }

        var present = await database.QueryAsync(
            $"""
            SELECT message_id FROM {database.Tables.UserLogins} WHERE message_id = ANY (@message_ids){InDates(rows)}
            UNION ALL SELECT message_id FROM {database.Tables.ErasedMessages} WHERE message_id = ANY (@message_ids)
            """,
            ReadId,
            cancellationToken,
            new NpgsqlParameter<Guid[]>("message_ids", [.. ids]),
            new NpgsqlParameter<DateOnly[]>(
                "dates", [.. rows.Select(row => row.Login.CreateDate).OfType<DateOnly>().Distinct()]));
        var known = present.ToHashSet();
        return [.. rows.Where(row => row.Login.MessageId is { } id
            ? !known.Contains(id) && !(Moves(rows) && known.Contains(row.MessageId))
            : inserted == 0)];
    }

    private static bool Moves(IReadOnlyList<PendingLogin> rows) =>
        rows[0].Settings?.MessageIds == MessageIdForm.Moving;

    private async ValueTask<Statements> StatementsAsync(
        LoginDatabase database, IReadOnlyList<PendingLogin> rows, CancellationToken cancellationToken)
    {
        var table = await _form.ReadAsync(database, cancellationToken);
        return UnnestInsert.TargetOf(table, rows.Select(static row => row.Login)) switch
        {
            InsertTarget.MessageIdAndDate => _dated,
            InsertTarget.Any => _undated,
            _ => _plain,
        };
    }

    /// <summary>Only the partitions of the rows' dates are looked at.</summary>
    private string InDates(IReadOnlyList<PendingLogin> rows) =>
        _form.Target == InsertTarget.MessageIdAndDate && rows.All(row => row.Login.CreateDate is not null)
            ? " AND create_date = ANY (@dates)"
            : string.Empty;

    private string Form(Forms forms, IReadOnlyList<PendingLogin> rows) =>
        Moves(rows) ? forms.Moving : _hasErased ? forms.OfErased : forms.OfNothingErased;

    private static Guid? ReadId(NpgsqlDataReader row) => row.IsDBNull(0) ? null : row.GetGuid(0);

    private NpgsqlParameter[] Parameters(IReadOnlyList<PendingLogin> rows)
    {
        List<NpgsqlParameter> parameters = [.. UnnestInsert.Parameters([.. rows.Select(static row => row.Login)])];
        if (Moves(rows))
        {
            parameters.Add(UnnestInsert.ReceivedIds([.. rows.Select(static row => row.MessageId)]));
        }

        if (_generation is { } generation)
        {
            parameters.Add(new NpgsqlParameter<int>("generation", generation));
            parameters.Add(new NpgsqlParameter<string>("mac", rows[0].Settings!.Mac!));
        }

        return [.. parameters];
    }

    /// <summary>The inserts for one form of the table.</summary>
    private sealed record Statements(Forms Inserting, Forms Returning);

    /// <summary>An insert before and after the first erasure, and while message ids move.</summary>
    private sealed record Forms(string OfNothingErased, string OfErased, string Moving)
    {
        public Forms Select(Func<string, string> change) =>
            new(change(OfNothingErased), change(OfErased), change(Moving));
    }
}
