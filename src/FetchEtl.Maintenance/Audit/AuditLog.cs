using System.Data;
using System.Runtime.CompilerServices;
using FetchEtl.Logins;
using Npgsql;

namespace FetchEtl.Maintenance;

/// <summary>
/// The table <c>audit_log</c>, a chain of hashes. A change, a removal or an insertion of an entry changes every hash
/// from there on, and so the last one, which an auditor keeps elsewhere.
/// </summary>
/// <remarks>
/// The hashes have no key. So anyone who may read the table can verify it without masking keys, such as an auditor. A
/// MAC would not protect it from a holder of the keys, which every verb that writes entries may be.
/// </remarks>
/// <param name="database">The session.</param>
/// <param name="time">The clock that limits how long the entry of an end may take.</param>
public sealed class AuditLog(LoginDatabase database, TimeProvider time)
{
    /// <summary>The longest purpose, in characters.</summary>
    public const int MaxPurposeLength = 200;

    // Any number will do that no other program takes in this database: the first eight bytes of SHA-256 of
    // "fetchetl/audit/v1".
    private const string TakeTurn = "SELECT pg_catalog.pg_advisory_xact_lock(5396127388703065316)";

    /// <summary>A database that does not answer keeps a failed verb no longer than this.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10);

    private const string Columns =
        "sequence, at, action::text, database_role, os_user, purpose, fields, count, previous_hash::text, hash::text";

    private const string ReadLast =
        """
        SELECT coalesce(l.sequence, 0), coalesce(l.hash::text, ''), session_user::text,
            pg_catalog.clock_timestamp()
        FROM (SELECT 1) AS one LEFT JOIN LATERAL
            (SELECT sequence, hash FROM audit_log ORDER BY sequence DESC LIMIT 1) AS l ON true
        """;

    private const string Insert =
        """
        INSERT INTO audit_log
            (sequence, at, action, database_role, os_user, purpose, fields, count, previous_hash, hash)
        VALUES (@sequence, @at, @action, @database_role, @os_user, @purpose, @fields, @count, @previous_hash, @hash)
        """;

    /// <summary>
    /// Appends an entry in a transaction of its own. When it returns, the entry is committed, and the action may begin.
    /// Processes take turns.
    /// </summary>
    /// <param name="action">What is about to be done.</param>
    /// <param name="osUser">The user of the operating system.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>The entry.</returns>
    /// <exception cref="NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task<AuditEntry> AppendAsync(
        AuditAction action, string osUser, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(action);
        ArgumentNullException.ThrowIfNull(osUser);

        // Stated whatever the role's default: only then does each statement see what was committed before it, so the
        // entry of the process that had the turn before.
        await using var transaction =
            await database.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        await database.ExecuteAsync(TakeTurn, cancellationToken);
        var (sequence, hash, role, at) = (await database.QueryAsync(
            ReadLast,
            static reader => (
                reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<DateTime>(3)),
            cancellationToken)).Single();
        var entry = new AuditEntry(
            sequence + 1, at, action.Action, role, osUser, action.Purpose, action.Fields, action.Count,
            hash.Length == 0 ? AuditEntry.NoHash : hash, string.Empty);
        entry = entry with { Hash = entry.ComputeHash() };
        await database.ExecuteAsync(
            Insert,
            cancellationToken,
            SqlCommands.Parameter("sequence", entry.Sequence),
            SqlCommands.Parameter("at", entry.At),
            SqlCommands.Parameter("action", entry.Action),
            SqlCommands.Parameter("database_role", entry.DatabaseRole),
            SqlCommands.Parameter("os_user", entry.OsUser),
            SqlCommands.Parameter("purpose", entry.Purpose),
            SqlCommands.Parameter("fields", entry.Fields),
            SqlCommands.Parameter("count", entry.Count),
            SqlCommands.Parameter("previous_hash", entry.PreviousHash),
            SqlCommands.Parameter("hash", entry.Hash));
        await transaction.CommitAsync(cancellationToken);
        return entry;
    }

    /// <summary>
    /// Does an action between two entries. The first is committed before the action begins, and the second says how it
    /// ended and what it showed or changed. Where the second is missing, the end is unknown: the process was killed,
    /// or PostgreSQL could not be reached.
    /// </summary>
    /// <param name="action">What is about to be done.</param>
    /// <param name="osUser">The user of the operating system.</param>
    /// <param name="work">Does it.</param>
    /// <param name="ending">Says how it ended.</param>
    /// <param name="outcome">Says what it showed or changed so far, also where it failed.</param>
    /// <param name="warn">Receives a sentence where the second entry could not be written; null: not reported.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>What the action returns.</returns>
    /// <exception cref="NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task<T> RunAsync<T>(
        AuditAction action,
        string osUser,
        Func<Task<T>> work,
        Func<T, AuditEnding> ending,
        Func<AuditOutcome> outcome,
        Action<string>? warn,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(action);
        ArgumentNullException.ThrowIfNull(work);
        ArgumentNullException.ThrowIfNull(ending);
        ArgumentNullException.ThrowIfNull(outcome);
        await AppendAsync(action, osUser, cancellationToken);
        var end = AuditEnding.Failed;
        try
        {
            var result = await work();
            end = ending(result);
            return result;
        }
        finally
        {
            if (!await TryEndAsync(action, osUser, end, outcome()))
            {
                warn?.Invoke("audit_log has no entry with the outcome of this run, because it could not be written");
            }
        }
    }

    /// <summary>
    /// Appends the second entry, also after a stop. What the action did is done, so a failure here changes no result:
    /// the missing entry shows it.
    /// </summary>
    /// <returns>Whether it stands in the table.</returns>
    private async Task<bool> TryEndAsync(AuditAction action, string osUser, AuditEnding end, AuditOutcome outcome)
    {
        using var limit = new CancellationTokenSource(EndLimit, time);
        try
        {
            await AppendAsync(
                action with
                {
                    Action = $"{action.Action}: {NameOf(end)}",
                    Purpose = $"{action.Purpose}: {outcome.Text}",
                    Count = outcome.Count,
                },
                osUser,
                limit.Token);
            return true;
        }
        catch (Exception exception)
            when (exception is NpgsqlException or InvalidOperationException or OperationCanceledException)
        {
            return false;
        }
    }

    private static string NameOf(AuditEnding end) => end switch
    {
        AuditEnding.Done => "done",
        AuditEnding.Incomplete => "incomplete",
        _ => "failed",
    };

    /// <summary>Reads the entries in their order.</summary>
    /// <param name="since">Only entries from this time on; null for all.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <exception cref="NpgsqlException">PostgreSQL rejected the statement, or could not be reached.</exception>
    public async IAsyncEnumerable<AuditEntry> ReadAsync(
        DateTime? since, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await database.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            $"SELECT {Columns} FROM audit_log WHERE @since IS NULL OR at >= @since ORDER BY sequence",
            database.Connection)
        {
            CommandTimeout = 0,
        };
        command.Parameters.Add(new NpgsqlParameter<DateTime?>("since", since) { DataTypeName = "timestamptz" });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return new AuditEntry(
                reader.GetInt64(0), reader.GetFieldValue<DateTime>(1), reader.GetString(2), reader.GetString(3),
                reader.GetString(4), reader.GetString(5), reader.GetString(6), reader.GetInt64(7),
                reader.GetString(8), reader.GetString(9));
        }
    }

    /// <summary>Verifies the chain.</summary>
    /// <param name="head">
    /// A hash that was noted elsewhere, which the chain must hold: without it, entries that were cut off at the end are
    /// not missed. Null where none was noted.
    /// </param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="NpgsqlException">PostgreSQL rejected the statement, or could not be reached.</exception>
    public async Task<AuditFinding> VerifyAsync(string? head, CancellationToken cancellationToken)
    {
        var (count, last) = (0L, AuditEntry.NoHash);
        var isHeadSeen = head is null || head == last;
        await foreach (var entry in ReadAsync(since: null, cancellationToken))
        {
            if (Problem(entry, count + 1, last) is { } problem)
            {
                return new AuditFinding(count, last, problem);
            }

            (count, last) = (entry.Sequence, entry.Hash);
            isHeadSeen |= last == head;
        }

        return new AuditFinding(count, last, isHeadSeen ? null
            : $"no entry has the hash of --head: entries behind entry {count} were cut off, or the chain was written "
                + "again");
    }

    private static string? Problem(AuditEntry entry, long expected, string last)
    {
        if (entry.Sequence != expected)
        {
            return entry.Sequence > expected
                ? $"entry {expected} is missing"
                : $"entry {entry.Sequence} stands before the first one: somebody inserted it";
        }

        return entry.PreviousHash != last
            ? $"entry {expected} does not follow the entry before it: one of them was inserted, or written again"
            : entry.Hash != entry.ComputeHash() ? $"entry {expected} was changed" : null;
    }
}
