using FetchEtl.Logins;
using FetchEtl.Masking;
using Npgsql;

namespace FetchEtl.Maintenance;

/// <summary>
/// Replaces the message ids that <c>user_logins</c> and <c>erased_messages</c> hold as received by keyed ones, while
/// others go on writing. Each transaction is kept: after an interruption, run it again and it continues.
/// </summary>
/// <remarks>
/// <para>
/// First every generation records that ids move (<see cref="MessageIdForm.Moving"/>). From then on writers insert keyed
/// ids, and leave out a message that the table holds under either id. Then the received ids are replaced, block by
/// block, and at last every generation records <see cref="MessageIdForm.Keyed"/>.
/// </para>
/// <para>
/// A keyed id is recognized by its version (8). So a table that holds received ids of that version is refused. SQS's
/// ids have version 4.
/// </para>
/// </remarks>
/// <param name="source">The database.</param>
/// <param name="verifier">Verifies keys and settings, and records the form of the ids.</param>
/// <param name="key">Creates the keyed ids.</param>
/// <param name="time">The clock, for the elapsed time and for pauses.</param>
/// <param name="waits">Called with a sentence before each pause for a lock; null: not reported.</param>
public sealed class MessageIdMove(
    LoginDataSource source,
    StoredMasksVerifier verifier,
    MessageIdKey key,
    TimeProvider time,
    Action<string>? waits)
{
    private const string Logins = LoginTables.DefaultTable;
    private const string Erased = "erased_messages";
    private const string IsKeyed = "message_id::text COLLATE \"C\" ~ '^.{14}8.{4}[89ab]'";
    private const string IsReceived = $"message_id IS NOT NULL AND NOT ({IsKeyed})";

    /// <summary>Moves all ids, up to five walks over the table.</summary>
    /// <param name="batchBlocks">The blocks a transaction, 1 to <see cref="MaintenanceLimits.MaxBatchBlocks"/>.</param>
    /// <param name="progress">Receives a report after each transaction.</param>
    /// <param name="cancellationToken">Ends the run between two transactions.</param>
    /// <returns>What was done and what is left.</returns>
    /// <exception cref="MaskingRefusedException">The table, the keys or the settings do not allow it.</exception>
    /// <exception cref="NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task<MessageIdSummary> RunAsync(
        int batchBlocks, IProgress<MaintenanceProgress> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(progress);
        var started = time.GetTimestamp();
        await using var database = source.Create();
        await database.OpenAsync(cancellationToken);
        var inspected = await MaskedTableInspection.InspectAsync(database, Logins, [], 0, cancellationToken);
        var table = inspected.Name;
        var form = (await verifier.ReadSettingsAsync(database, cancellationToken)).MessageIds;
        if (form == MessageIdForm.Raw)
        {
            await RequireNoKeyedFormAsync(database, table, cancellationToken);
        }

        if (form != MessageIdForm.Keyed)
        {
            await RecordAsync(database, MessageIdForm.Moving, cancellationToken);
        }

        var (rows, doubles, left) = (0L, 0L, await CountAsync(database, IsReceived, cancellationToken));
        for (var number = 1; left > 0 && number <= MaintenanceLimits.MaxPasses; number++)
        {
            foreach (var name in new[] { table, Erased })
            {
                var isPartitioned = name == table && inspected.IsPartitioned;
                var pass = new BlockPass(
                    database, name, ["message_id::text"], IsReceived, batchBlocks, isPartitioned);
                var walk = number;
                rows += await pass.RunAsync(
                    async (range, found, token) =>
                    {
                        var (moved, removed) = await MoveAsync(database, range, isPartitioned, found, token);
                        doubles += removed;
                        return moved;
                    },
                    (done, total) => progress.Report(new MaintenanceProgress(name, walk, done, total)),
                    cancellationToken);
            }

            left = await CountAsync(database, IsReceived, cancellationToken);
        }

        if (left == 0 && form != MessageIdForm.Keyed)
        {
            await RecordAsync(database, MessageIdForm.Keyed, cancellationToken);
        }

        return new MessageIdSummary(rows, doubles, left, time.GetElapsedTime(started));
    }

    private static async Task RequireNoKeyedFormAsync(
        LoginDatabase database, string table, CancellationToken cancellationToken)
    {
        var count = await CountAsync(database, IsKeyed, cancellationToken);
        if (count > 0)
        {
            throw new MaskingRefusedException(
            [
                $"{table} holds {count} received message ids of UUID version 8, the version of keyed ids, so that " +
                "the two could not be distinguished: the table keeps the ids that it has. Nothing was changed.",
            ]);
        }
    }

    private static async Task<long> CountAsync(
        LoginDatabase database, string condition, CancellationToken cancellationToken) =>
        (await database.QueryAsync(
            $"""
            SELECT (SELECT pg_catalog.count(*) FROM {Logins} WHERE {condition})
                + (SELECT pg_catalog.count(*) FROM {Erased} WHERE {condition})
            """,
            static reader => reader.GetInt64(0),
            cancellationToken))[0];

    /// <summary>
    /// A row whose message the table holds under its keyed id too is a second row of that message, and goes. In a
    /// partitioned table a message is unique by its id and its date, so one partition is looked at, and not all.
    /// </summary>
    private async Task<(int Moved, int Removed)> MoveAsync(
        LoginDatabase database,
        BlockRange range,
        bool isPartitioned,
        IReadOnlyList<FoundRow> found,
        CancellationToken cancellationToken)
    {
        string[] ids = [.. found.Select(row => row.Id)];
        Guid[] keyed = [.. found.Select(row => key.Of(Guid.Parse(row.Values[0]!)))];
        var sameDate = isPartitioned ? "held.create_date IS NOT DISTINCT FROM t.create_date" : "true";
        var held =
            $"""
            EXISTS (SELECT FROM {range.Part.From} AS held
                WHERE held.message_id = u.keyed AND {sameDate} AND {range.Part.Condition})
            """;
        var moved = await RunAsync(
            $"""
            UPDATE {range.Part.From} AS t SET message_id = u.keyed
            FROM unnest(@ids::tid[], @keyed) AS u (id, keyed)
            WHERE t.ctid = u.id AND t.ctid >= @from AND t.ctid < @to AND {range.Part.Condition}
                AND NOT {held}
            """);
        var removed = moved == found.Count
            ? 0
            : await RunAsync(
                $"""
                DELETE FROM {range.Part.From} AS t
                USING unnest(@ids::tid[], @keyed) AS u (id, keyed)
                WHERE t.ctid = u.id AND t.ctid >= @from AND t.ctid < @to AND {range.Part.Condition}
                    AND {held}
                """);
        return (moved, removed);

        Task<int> RunAsync(string sql) => database.ExecuteAsync(
            sql,
            cancellationToken,
            SqlCommands.Parameter("from", range.From, "tid"),
            SqlCommands.Parameter("to", range.To, "tid"),
            SqlCommands.Parameter<string[]>("ids", ids),
            SqlCommands.Parameter<Guid[]>("keyed", keyed));
    }

    /// <summary>Records the form. A lock that is not free at once must not hold up all writers behind it.</summary>
    private Task RecordAsync(LoginDatabase database, MessageIdForm form, CancellationToken cancellationToken) =>
        new LockAttempts(database, time, waits).RetryAsync(
            Logins, token => verifier.ChangeMessageIdsAsync(database, form, token), cancellationToken);
}
