using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// Verifies, before the first row is written, that this process's masks fit the table: its keys are those of the
/// generations that the table holds, and the columns have room for its masks. A masker of another type is not verified.
/// </summary>
/// <param name="masker">The process's masker.</param>
/// <param name="options">The settings, which say what is masked.</param>
/// <param name="log">Receives a warning for each row of <c>masking_generations</c> that is ignored.</param>
public sealed class StoredMasksVerifier(
    IPiiMasker masker, IOptions<LoginsOptions> options, ILogger<StoredMasksVerifier>? log = null)
{
    private const int MostWrites = 10;
    private const int MostWarnings = 10;

    private volatile bool _passed;

    /// <summary>
    /// Verifies the masks and records new generations in <c>masking_generations</c>, so that no process starts any more
    /// that lacks their keys. After the first success it returns at once. Thread-safe.
    /// </summary>
    /// <param name="database">The database.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>A task that completes when the masks fit.</returns>
    /// <exception cref="MaskingRefusedException">The masks do not fit.</exception>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public Task VerifyAsync(LoginDbContext database, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        return _passed ? Task.CompletedTask : VerifyNowAsync(database, register: null, cancellationToken);
    }

    /// <summary>
    /// Verifies again, whether or not it succeeded before: an insert found that the database behind the connection does
    /// not hold the key check.
    /// </summary>
    internal Task VerifyAgainAsync(LoginDbContext database, CancellationToken cancellationToken)
    {
        _passed = false;
        return VerifyNowAsync(database, register: null, cancellationToken);
    }

    /// <summary>
    /// Verifies as <see cref="VerifyAsync"/> does, for an operator who vouches for the keys: generations that have no
    /// check of their key get it, and rows that nobody with the keys wrote are written again.
    /// </summary>
    /// <param name="database">The database, with a role that may change <c>masking_generations</c>.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>The generations that were written; empty where all were registered.</returns>
    /// <exception cref="MaskingRefusedException">The masks do not fit.</exception>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task<IReadOnlyList<int>> RegisterAsync(LoginDbContext database, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        var written = new List<int>();
        await VerifyNowAsync(database, written, cancellationToken);
        return [.. written.Distinct().Order()];
    }

    /// <summary>Finds what <see cref="VerifyAsync"/> would find, and writes nothing.</summary>
    /// <param name="database">The database.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>The findings; no problems where the masks fit.</returns>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task<StoredMasksFindings> InspectAsync(LoginDbContext database, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        try
        {
            switch (masker)
            {
                case KeyedPiiMasker keyed:
                    await VerifyColumnsAsync(database, keyed.MaskLength, cancellationToken);
                    var found = GenerationRegister.Judge(
                        await ReadKnownAsync(database, keyed, cancellationToken), keyed);
                    return new(found.Problems, [.. found.Missing, .. found.Unsigned], found.Ignored);
                case Sha256PiiMasker:
                    await VerifyColumnsAsync(database, Sha256PiiMasker.MaskLength, cancellationToken);
                    await VerifyNoGenerationAsync(database, cancellationToken);
                    break;
            }

            return new([], [], []);
        }
        catch (MaskingRefusedException refused)
        {
            return new(refused.Problems, [], []);
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
    public async Task CheckKeysAsync(LoginDbContext database, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        if (masker is KeyedPiiMasker keyed)
        {
            Refuse(GenerationRegister.Judge(await ReadKnownAsync(database, keyed, cancellationToken), keyed).Problems);
        }
    }

    private async Task VerifyGenerationsAsync(
        LoginDbContext database, KeyedPiiMasker keyed, List<int>? register, CancellationToken cancellationToken)
    {
        // It reads again after each write: another process may have been faster, with other keys.
        for (var attempt = 1; attempt <= MostWrites; attempt++)
        {
            var found = GenerationRegister.Judge(await ReadKnownAsync(database, keyed, cancellationToken), keyed);
            Refuse(register is null ? found.Problems : found.WrongKeys);
            int[] replaced = register is null ? [] : [.. found.Unconfirmed, .. found.Changed];
            if (found.Missing.Count + found.Unsigned.Count + replaced.Length == 0)
            {
                WarnOf(found.Ignored);
                return;
            }

            await WriteAsync(database, keyed, found, replaced, cancellationToken);
            register?.AddRange([.. found.Missing, .. found.Unsigned, .. replaced]);
        }

        Refuse(["masking_generations does not keep what is written to it: drop its triggers and rules."]);
    }

    private static async Task WriteAsync(
        LoginDbContext database,
        KeyedPiiMasker keyed,
        GenerationRegister found,
        int[] replaced,
        CancellationToken cancellationToken)
    {
        try
        {
            await ExecuteAsync(
                found.Missing,
                (generations, checks, macs) =>
                    $"""
                    INSERT INTO masking_generations (generation, key_check, mac)
                    SELECT * FROM unnest({generations}, {checks}, {macs}) ON CONFLICT (generation) DO NOTHING
                    """);
            await ExecuteAsync(
                found.Unsigned,
                (generations, checks, macs) =>
                    $"""
                    UPDATE masking_generations AS m SET mac = u.mac
                    FROM unnest({generations}, {checks}, {macs}) AS u (generation, key_check, mac)
                    WHERE m.generation = u.generation AND m.key_check::text = u.key_check
                    """);
            await ExecuteAsync(
                replaced,
                (generations, checks, macs) =>
                    $"""
                    UPDATE masking_generations AS m SET key_check = u.key_check, mac = u.mac
                    FROM unnest({generations}, {checks}, {macs}) AS u (generation, key_check, mac)
                    WHERE m.generation = u.generation
                    """);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            Refuse(
            [
                "masking_generations does not hold every key generation of this process, and its role may not write " +
                "there: run 'fetch-etl keys register' with these keys and a role that has SELECT, INSERT and UPDATE " +
                "on it.",
            ]);
        }

        async Task ExecuteAsync(
            IReadOnlyCollection<int> rows, Func<int[], string[], string[], FormattableString> statement)
        {
            if (rows.Count > 0)
            {
                int[] generations = [.. rows];
                await database.Database.ExecuteSqlAsync(
                    statement(
                        generations,
                        Array.ConvertAll(generations, keyed.KeyCheck),
                        Array.ConvertAll(generations, keyed.GenerationMac)),
                    cancellationToken);
            }
        }
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

    private static async Task VerifyNoGenerationAsync(LoginDbContext database, CancellationToken cancellationToken)
    {
        var known = await database.MaskingGenerations.AsNoTracking()
            .OrderByDescending(row => row.Generation).Take(1).ToListAsync(cancellationToken);
        Refuse([.. known.Select(row =>
            $"user_logins holds masks of Masking:Method Hmac, generation {row.Generation}: choose that method, with " +
            "the keys it had.")]);
    }

    /// <summary>Reads the masker's generations, the next one, and a few more to warn of.</summary>
    private static Task<List<MaskingGeneration>> ReadKnownAsync(
        LoginDbContext database, KeyedPiiMasker keyed, CancellationToken cancellationToken)
    {
        var count = keyed.Generation + MostWarnings;
        return database.MaskingGenerations.AsNoTracking()
            .Where(row => row.Generation >= 1)
            .OrderBy(row => row.Generation)
            .Take(count)
            .ToListAsync(cancellationToken);
    }

    private static void Refuse(IReadOnlyList<string> problems)
    {
        if (problems.Count > 0)
        {
            throw new MaskingRefusedException(problems);
        }
    }

    private async Task VerifyNowAsync(
        LoginDbContext database, List<int>? register, CancellationToken cancellationToken)
    {
        try
        {
            switch (masker)
            {
                case KeyedPiiMasker keyed:
                    await VerifyColumnsAsync(database, keyed.MaskLength, cancellationToken);
                    await VerifyGenerationsAsync(database, keyed, register, cancellationToken);
                    break;
                case Sha256PiiMasker:
                    await VerifyColumnsAsync(database, Sha256PiiMasker.MaskLength, cancellationToken);
                    await VerifyNoGenerationAsync(database, cancellationToken);
                    break;
            }
        }
        catch (Exception exception) when (DatabaseFaults.Classify(exception) is { Kind: FaultKind.Refused } fault)
        {
            // Otherwise the writer would blame the rows that wait.
            Refuse([$"masking_generations is not as expected (SQLSTATE {fault.SqlState}): recreate it as the " +
                "migrations do."]);
        }

        _passed = true;
    }

    private async Task VerifyColumnsAsync(LoginDbContext database, int length, CancellationToken cancellationToken)
    {
        var names = PiiFields.Of(options.Value.Masking).Select(field => field.Column()).ToArray();

        // A missing column is reported by the insert. 4 is the header that a varchar's modifier counts.
        var narrow = await database.Database.SqlQuery<NarrowColumn>(
            $"""
            SELECT a.attname::text AS "Name", pg_catalog.format_type(a.atttypid, a.atttypmod) AS "Type"
            FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
            WHERE a.attrelid = pg_catalog.to_regclass('user_logins')::oid AND NOT a.attisdropped
                AND a.attname::text = ANY ({names})
                AND NOT (t.typname::text = 'text'
                    OR t.typname::text = 'varchar' AND (a.atttypmod < 0 OR a.atttypmod - 4 >= {length}))
            ORDER BY a.attnum
            """).ToListAsync(cancellationToken);
        Refuse([.. narrow.Select(column =>
            $"user_logins.{column.Name} is {column.Type}, and a mask has {length} characters: widen it by ALTER " +
            $"TABLE user_logins ALTER COLUMN {column.Name} TYPE varchar({ColumnLengths.Mask}); drop a view over it " +
            "first and create it again afterwards.")]);
    }

    private sealed record NarrowColumn(string Name, string Type);
}
