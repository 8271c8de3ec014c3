using FetchEtl.Logins;
using FetchEtl.Masking;
using Npgsql;

namespace FetchEtl.Maintenance;

/// <summary>Deletes the entries of <c>pii_vault</c> that only the rows of a detached partition refer to.</summary>
/// <remarks>
/// <para>
/// The service may be about to write a row whose value the vault holds: it sees the entry, and its row cannot be seen
/// yet. So an entry is first set aside, under a field of another name: each later writer of the value seals it
/// again. When every transaction that was writing then has ended, the entries whose masks stand in rows by now come
/// back, and the others are deleted. It locks no table, and a run after a stop continues.
/// </para>
/// <para>
/// Masks are compared as they are, without keys. So no row may have a mask of an older generation than the vault's
/// entries: <see cref="RequireOneGenerationAsync(CancellationToken)"/>. Nor may one of the partition, which a rotation
/// does not reach once it is detached. No rotation runs meanwhile (<see cref="VaultTurn"/>), and the next one first
/// brings back what a killed run set aside.
/// </para>
/// </remarks>
/// <param name="database">The session.</param>
/// <param name="time">The clock of the wait.</param>
internal sealed class RetentionVault(LoginDatabase database, TimeProvider time)
{
    private const string Aside = "aside:";

    private const string Exists =
        """
        SELECT CASE WHEN pg_catalog.to_regclass('pii_vault') IS NULL THEN 0
            ELSE coalesce((SELECT pg_catalog.max(m.generation) FROM masking_generations AS m), 1) END
        """;

    private const string HasEntries = "SELECT EXISTS (SELECT FROM pii_vault)";

    private static readonly string AsideFields = string.Join(
        ", ", PiiFields.All.Select(field => $"'{Aside}{field.Name()}'"));

    private static readonly string Delete = $"DELETE FROM pii_vault AS v WHERE v.field::text IN ({AsideFields})";

    /// <summary>Refuses where rows or entries have masks of an older generation: a rotation is under way.</summary>
    /// <exception cref="MaskingRefusedException">A rotation is under way. Nothing was changed.</exception>
    public async Task RequireOneGenerationAsync(CancellationToken cancellationToken)
    {
        var newest = await NewestAsync(cancellationToken);
        if (newest < 2)
        {
            return;
        }

        var older = string.Join(
            " OR ", PiiFields.All.Select(field => MaskSql.IsOlderMask($"l.{field.Column()}", newest)));
        await RequireNewestEntriesAsync(newest, cancellationToken);
        if (await IsAsync($"SELECT EXISTS (SELECT FROM user_logins AS l WHERE {older})", cancellationToken))
        {
            throw new MaskingRefusedException(
            [
                $"Rows of user_logins have masks of older generations than {newest}, and pii_vault holds sealed "
                    + "values: which of them no row needs any more shows only when all masks are of one generation. "
                    + "Run 'fetch-etl rekey' first. Nothing was dropped.",
            ]);
        }
    }

    /// <summary>Refuses where a detached partition has masks of an older generation.</summary>
    /// <param name="leaf">The detached partition, quoted for SQL.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <exception cref="MaskingRefusedException">A key was added since it was detached.</exception>
    public async Task RequireOneGenerationAsync(string leaf, CancellationToken cancellationToken)
    {
        var newest = await NewestAsync(cancellationToken);
        var columns = new List<string>();
        foreach (var field in newest < 2 ? [] : PiiFields.All)
        {
            var older = MaskSql.IsOlderMask($"d.{field.Column()}", newest);
            if (await IsAsync($"SELECT EXISTS (SELECT FROM ONLY {leaf} AS d WHERE {older})", cancellationToken))
            {
                columns.Add($" --column {field.Column()}={field.Name()}");
            }
        }

        if (columns.Count > 0)
        {
            throw new MaskingRefusedException(
            [
                $"{leaf} is detached and was not dropped: it has masks of older generations than {newest}, so its "
                    + "sealed values in pii_vault could not be found. Run 'fetch-etl rekey --table "
                    + $"{leaf}{string.Concat(columns)}', and run this again.",
            ]);
        }
    }

    /// <summary>
    /// Keeps rotations away until the turn ends, so that none begins between the detach and the drop.
    /// </summary>
    /// <param name="leaf">The partition, quoted for SQL.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>Null where no value is sealed.</returns>
    /// <exception cref="MaskingRefusedException">A rotation or another erasure is running.</exception>
    public async Task<SessionTurn?> TakeTurnAsync(string leaf, CancellationToken cancellationToken) =>
        await NewestAsync(cancellationToken) == 0
            ? null
            : await VaultTurn.TakeForErasureAsync(database, leaf, cancellationToken);

    /// <summary>Deletes the entries.</summary>
    /// <param name="leaf">The detached partition, quoted for SQL.</param>
    /// <param name="waiting">Called with the number of transactions that it waits for, once a second.</param>
    /// <param name="cancellationToken">Ends it; a later run continues.</param>
    /// <returns>The number of entries.</returns>
    public async Task<long> EraseAsync(string leaf, Action<int>? waiting, CancellationToken cancellationToken)
    {
        if (await NewestAsync(cancellationToken) == 0)
        {
            return 0;
        }

        await using var turn = await VaultTurn.TakeForErasureAsync(database, leaf, cancellationToken);
        await RequireNewestEntriesAsync(await NewestAsync(cancellationToken), cancellationToken);
        await RequireOneGenerationAsync(leaf, cancellationToken);
        foreach (var field in PiiFields.All)
        {
            var (name, column) = (field.Name(), field.Column());
            // An interrupted run set them aside, and a writer sealed their values again.
            await DeleteTwinsAsync(name, cancellationToken);
            await database.ExecuteAsync(
                $"""
                UPDATE pii_vault AS v SET field = '{Aside}{name}'
                WHERE v.field::text = '{name}'
                    AND NOT EXISTS (SELECT FROM pii_vault AS o
                        WHERE o.mask::text = v.mask::text AND o.field::text = '{Aside}{name}')
                    AND v.mask::text IN (SELECT d.{column}::text FROM ONLY {leaf} AS d)
                    AND NOT EXISTS (SELECT FROM user_logins AS l WHERE l.{column}::text = v.mask::text)
                """,
                cancellationToken);
        }

        await new WriterBarrier(database, time).WaitAsync(waiting, cancellationToken);
        foreach (var field in PiiFields.All)
        {
            var (name, column) = (field.Name(), field.Column());
            var needed = await database.QueryAsync(
                $"""
                SELECT v.mask::text FROM pii_vault AS v
                WHERE v.field::text = '{Aside}{name}'
                    AND EXISTS (SELECT FROM user_logins AS l WHERE l.{column}::text = v.mask::text)
                """,
                static reader => reader.GetString(0),
                cancellationToken);
            foreach (var mask in needed)
            {
                await RestoreAsync(name, mask, cancellationToken);
            }

            await DeleteTwinsAsync(name, cancellationToken);
        }

        return await database.ExecuteAsync(Delete, cancellationToken);
    }

    /// <summary>Brings back all entries that a killed run set aside.</summary>
    /// <param name="cancellationToken">Ends it between two entries.</param>
    public async Task RestoreAsync(CancellationToken cancellationToken)
    {
        foreach (var name in PiiFields.All.Select(field => field.Name()))
        {
            var masks = await database.QueryAsync(
                $"SELECT v.mask::text FROM pii_vault AS v WHERE v.field::text = '{Aside}{name}'",
                static reader => reader.GetString(0),
                cancellationToken);
            foreach (var mask in masks)
            {
                await RestoreAsync(name, mask, cancellationToken);
            }

            await DeleteTwinsAsync(name, cancellationToken);
        }
    }

    /// <summary>
    /// Brings an entry back. It is a transaction of its own, so that a session that seals several values never waits
    /// for this session, which waits for it.
    /// </summary>
    private async Task RestoreAsync(string name, string mask, CancellationToken cancellationToken)
    {
        try
        {
            await database.ExecuteAsync(
                $"""
                UPDATE pii_vault AS v SET field = '{name}'
                WHERE v.field::text = '{Aside}{name}' AND v.mask::text = @mask
                """,
                cancellationToken,
                SqlCommands.Parameter("mask", mask));
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // A writer has sealed the value again.
        }
    }

    private Task<int> DeleteTwinsAsync(string name, CancellationToken cancellationToken) => database.ExecuteAsync(
        $"""
        DELETE FROM pii_vault AS v USING pii_vault AS o
        WHERE v.field::text = '{Aside}{name}' AND o.field::text = '{name}' AND o.mask::text = v.mask::text
        """,
        cancellationToken);

    /// <summary>A rotation changes the rows first, so an entry can lack the mask that its rows have by now.</summary>
    private async Task RequireNewestEntriesAsync(int newest, CancellationToken cancellationToken)
    {
        var older = $"SELECT EXISTS (SELECT FROM pii_vault AS v WHERE {MaskSql.IsOlderMask("v.mask", newest)} "
            + $"AND v.field::text IN ({AsideFields}, {VaultRekeying.Fields}))";
        if (newest > 1 && await IsAsync(older, cancellationToken))
        {
            throw new MaskingRefusedException(
            [
                $"pii_vault has sealed values under masks of older generations than {newest}, so which of them no row "
                    + "needs any more cannot be seen. Run 'fetch-etl rekey' first. Nothing was dropped.",
            ]);
        }
    }

    /// <summary>The newest generation; 0 where no value is sealed.</summary>
    private async Task<int> NewestAsync(CancellationToken cancellationToken)
    {
        var newest = (await database.QueryAsync(Exists, static reader => reader.GetInt32(0), cancellationToken))[0];
        return newest > 0 && await IsAsync(HasEntries, cancellationToken) ? newest : 0;
    }

    private async Task<bool> IsAsync(string sql, CancellationToken cancellationToken) =>
        (await database.QueryAsync(sql, static reader => reader.GetBoolean(0), cancellationToken))[0];
}
