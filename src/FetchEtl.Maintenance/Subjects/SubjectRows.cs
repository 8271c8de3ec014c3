using System.Data;
using System.Text.Json;
using FetchEtl.Logins;
using FetchEtl.Masking;
using Npgsql;

namespace FetchEtl.Maintenance;

/// <summary>
/// A person's rows in <c>user_logins</c>, or in a <see cref="PastTable"/>. It reads, masks again or deletes them, and
/// no others.
/// </summary>
/// <remarks>
/// The rows are their own progress: a row that is masked again is the person's no longer, so an interrupted run is
/// simply started again.
/// </remarks>
/// <param name="database">The session.</param>
/// <param name="subject">The person.</param>
/// <param name="time">The clock of the waits.</param>
/// <param name="table">The table, quoted for SQL.</param>
public sealed class SubjectRows(
    LoginDatabase database, Subject subject, TimeProvider time, string table = LoginTables.DefaultTable)
{
    private const int BatchSize = 1000;

    private static readonly string[] Columns = [.. PiiFields.All.Select(field => field.Column())];

    private static readonly string Texts = string.Join(", ", Columns.Select(column => $"l.{column}::text"));

    private readonly string _isTheirs = subject.IsTheirs;

    /// <summary>The table, quoted for SQL.</summary>
    public string Table => table;

    /// <summary>How many rows were masked again or deleted, and committed.</summary>
    public long Changed { get; private set; }

    /// <summary>Counts them.</summary>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <returns>The number and the dates.</returns>
    /// <exception cref="NpgsqlException">PostgreSQL rejected the statement, or could not be reached.</exception>
    public async Task<SubjectRowCounts> CountAsync(CancellationToken cancellationToken)
    {
        await database.OpenAsync(cancellationToken);
        var counts = await database.QueryAsync(
            $"""
            SELECT pg_catalog.count(*), pg_catalog.min(l.create_date), pg_catalog.max(l.create_date)
            FROM {table} AS l WHERE {_isTheirs}
            """,
            static reader => new SubjectRowCounts(
                reader.GetInt64(0),
                reader.IsDBNull(1) ? null : reader.GetFieldValue<DateOnly>(1),
                reader.IsDBNull(2) ? null : reader.GetFieldValue<DateOnly>(2)),
            cancellationToken,
            subject.Parameters());
        return counts[0];
    }

    /// <summary>Reads the rows, as JSON objects of all columns.</summary>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <returns>One object for each row.</returns>
    /// <exception cref="NpgsqlException">PostgreSQL rejected the statement, or could not be reached.</exception>
    public async Task<IReadOnlyList<JsonElement>> ReadAsync(CancellationToken cancellationToken)
    {
        await database.OpenAsync(cancellationToken);
        return await database.QueryAsync(
            $"SELECT pg_catalog.row_to_json(l)::text FROM {table} AS l WHERE {_isTheirs} ORDER BY l.create_date",
            static reader => JsonDocument.Parse(reader.GetString(0)).RootElement,
            cancellationToken,
            subject.Parameters());
    }

    /// <summary>
    /// Puts random masks in the place of the rows' masks, and of their user id: one for each row and column, so that
    /// nothing shows that two of them are one person's. NULL takes the place of a look-alike: a random one would be
    /// somebody's. The sealed values that only these rows refer to go in the same transaction, also those of a login
    /// that came meanwhile.
    /// </summary>
    /// <param name="random">Draws the masks.</param>
    /// <param name="vault">The person's sealed values.</param>
    /// <param name="progress">Receives the number of rows that are done.</param>
    /// <param name="cancellationToken">Ends it; the batch under way is rolled back, earlier ones are kept.</param>
    /// <returns>The number of rows.</returns>
    /// <exception cref="NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task<long> MaskAgainAsync(
        RandomMask random, SubjectVault vault, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(vault);
        var done = 0L;
        int changed;
        do
        {
            changed = await MaskBatchAsync(random, vault, cancellationToken);
            done += changed;
            progress?.Report(done);
        }
        while (changed > 0);

        return done;
    }

    /// <summary>
    /// Deletes the rows, and leaves their message ids in <c>erased_messages</c>, so that no delivery brings one back.
    /// </summary>
    /// <remarks>
    /// Three steps, since an insert may have begun before: (1) the message ids are committed to <c>erased_messages</c>;
    /// (2) every transaction that was writing to the table then has ended; (3) the rows are deleted. Until (3) an
    /// insert of such a message meets its row, and from (1) on every new insert sees its id. In one transaction, an
    /// insert that began before its commit would see neither. Step 3 takes the sealed values that only these rows refer
    /// to with it.
    /// </remarks>
    /// <param name="vault">The person's sealed values.</param>
    /// <param name="waiting">Called with the number of transactions that step 2 waits for, once a second.</param>
    /// <param name="cancellationToken">Ends it between the steps; run it again for the rest.</param>
    /// <returns>The number of rows.</returns>
    /// <exception cref="NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task<long> DeleteAsync(
        SubjectVault vault, Action<int>? waiting, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(vault);
        await database.OpenAsync(cancellationToken);
        var deleted = 0L;

        // A row that came after step 1 has no mark: the next round takes it.
        while ((await CountAsync(cancellationToken)).Rows > 0)
        {
            await database.ExecuteAsync(
                $"""
                INSERT INTO erased_messages (message_id)
                SELECT l.message_id FROM {table} AS l WHERE {_isTheirs} AND l.message_id IS NOT NULL
                ON CONFLICT (message_id) DO NOTHING
                """,
                cancellationToken,
                subject.Parameters());
            await new WriterBarrier(database, time).WaitAsync(waiting, cancellationToken);
            deleted += await DeleteMarkedAsync(vault, cancellationToken);
        }

        return deleted;
    }

    private async Task<int> DeleteMarkedAsync(SubjectVault vault, CancellationToken cancellationToken)
    {
        await using var transaction =
            await database.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        var rows = await database.QueryAsync(
            $"""
            DELETE FROM {table} AS l WHERE {_isTheirs} AND (l.message_id IS NULL
                OR EXISTS (SELECT FROM erased_messages AS e WHERE e.message_id = l.message_id))
            RETURNING {Texts}
            """,
            static reader => Stored(reader, 0),
            cancellationToken,
            subject.Parameters());
        await vault.EraseOfAsync([.. rows.SelectMany(row => row)], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Changed += rows.Count;
        return rows.Count;
    }

    private async Task<int> MaskBatchAsync(
        RandomMask random, SubjectVault vault, CancellationToken cancellationToken)
    {
        // Stated whatever the role's default: only read committed goes on with a row that another session has just
        // changed.
        await using var transaction =
            await database.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        var rows = await database.QueryAsync(
            $"""
            SELECT l.tableoid::text, l.ctid::text, {Texts}
            FROM {table} AS l WHERE {_isTheirs} LIMIT {BatchSize} FOR NO KEY UPDATE
            """,
            reader => (
                Table: reader.GetString(0),
                Place: reader.GetString(1),
                Values: Stored(reader, 2)),
            cancellationToken,
            subject.Parameters());
        if (rows.Count > 0)
        {
            List<NpgsqlParameter> parameters =
            [
                SqlCommands.Parameter("tables", rows.Select(row => row.Table).ToArray()),
                SqlCommands.Parameter("places", rows.Select(row => row.Place).ToArray()),
                .. Columns.Select((_, place) =>
                    SqlCommands.Parameter(
                        $"v{place}", rows.Select(row => Random(random, row.Values[place])).ToArray(), "text[]")),
            ];
            await database.ExecuteAsync(
                $"""
                UPDATE {table} AS l
                SET {string.Join(", ", Columns.Select((column, place) => $"{column} = u.v{place}"))},
                    {MaskedTable.GenerationColumn} = NULL
                FROM unnest(@tables::oid[], @places::tid[], {string.Join(", ", Columns.Select((_, i) => $"@v{i}"))})
                    AS u (tbl, place, {string.Join(", ", Columns.Select((_, i) => $"v{i}"))})
                WHERE l.ctid = u.place AND l.tableoid = u.tbl
                """,
                cancellationToken,
                [.. parameters]);
            await vault.EraseOfAsync([.. rows.SelectMany(row => row.Values)], cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        Changed += rows.Count;
        return rows.Count;
    }

    /// <summary>Reads what a row has in the columns of all fields.</summary>
    private static (PiiField Field, string? Text)[] Stored(NpgsqlDataReader reader, int first) =>
    [
        .. PiiFields.All.Select((field, place) =>
            (field, reader.IsDBNull(first + place) ? null : reader.GetString(first + place))),
    ];

    private static string? Random(RandomMask random, (PiiField Field, string? Text) stored) =>
        stored.Text is null ? null : random.Like(stored.Field, stored.Text);
}
