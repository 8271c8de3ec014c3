using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FetchEtl.Logins;

/// <summary>
/// Verifies, before the first row is written, that this process's masks fit the table: its keys are those of the
/// generations that the table holds, and the columns have room for its masks. A masker of another type is not verified.
/// </summary>
/// <param name="masker">The process's masker.</param>
/// <param name="options">The settings, which say what is masked.</param>
public sealed class StoredMasksVerifier(IPiiMasker masker, IOptions<LoginsOptions> options)
{
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
        return _passed ? Task.CompletedTask : VerifyNowAsync(database, cancellationToken);
    }

    /// <summary>
    /// Verifies again, whether or not it succeeded before: an insert found that the database behind the connection does
    /// not hold the key check.
    /// </summary>
    internal Task VerifyAgainAsync(LoginDbContext database, CancellationToken cancellationToken)
    {
        _passed = false;
        return VerifyNowAsync(database, cancellationToken);
    }

    private static async Task VerifyGenerationsAsync(
        LoginDbContext database, HmacPiiMasker masker, CancellationToken cancellationToken)
    {
        // It reads again after each insert: another process may have been faster, with other keys.
        while (await ReadMissingAsync(database, masker, cancellationToken) is { Length: > 0 } missing)
        {
            var checks = Array.ConvertAll(missing, masker.KeyCheck);
            await database.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO masking_generations (generation, key_check) SELECT * FROM unnest({missing}, {checks})
                ON CONFLICT (generation) DO UPDATE SET key_check = excluded.key_check
                WHERE masking_generations.key_check IS NULL
                """,
                cancellationToken);
        }
    }

    /// <summary>
    /// Returns the masker's generations that the table does not know, or knows without a check of their key.
    /// </summary>
    private static async Task<int[]> ReadMissingAsync(
        LoginDbContext database, HmacPiiMasker masker, CancellationToken cancellationToken)
    {
        var known = await ReadKnownAsync(database, cancellationToken);
        var problems = known
            .Where(row => row.Generation <= masker.Generation && row.KeyCheck is not null
                && row.KeyCheck != masker.KeyCheck(row.Generation))
            .Select(row => WrongKey(row.Generation, masker.Generation));
        var newest = Newest(known);
        if (newest > masker.Generation)
        {
            problems = problems.Prepend(
                $"user_logins holds masks of generation {newest}, and Masking:Keys and Masking:KeyFiles give " +
                $"{masker.Generation}: add the keys that are missing, in their order.");
        }

        Refuse([.. problems]);
        var checkedGenerations = known.Where(row => row.KeyCheck is not null).Select(row => row.Generation);
        return [.. Enumerable.Range(1, masker.Generation).Except(checkedGenerations)];
    }

    private static async Task VerifyNoGenerationAsync(LoginDbContext database, CancellationToken cancellationToken)
    {
        var newest = Newest(await ReadKnownAsync(database, cancellationToken));
        Refuse(newest == 0
            ? []
            : [$"user_logins holds masks of Masking:Method Hmac, generation {newest}: choose that method, with the " +
                "keys it had."]);
    }

    private static Task<List<MaskingGeneration>> ReadKnownAsync(
        LoginDbContext database, CancellationToken cancellationToken) =>
        database.MaskingGenerations.AsNoTracking().OrderBy(row => row.Generation).ToListAsync(cancellationToken);

    private static int Newest(List<MaskingGeneration> known) => known.Count == 0 ? 0 : known[^1].Generation;

    /// <summary>A new key is added behind the old ones; it never takes the place of one.</summary>
    private static string WrongKey(int generation, int newest)
    {
        var former = generation == 1 ? ", and Masking:Former and Masking:Salt as they were" : string.Empty;
        return $"Masking:Keys:{generation - 1} (or Masking:KeyFiles:{generation - 1}) is not the key of generation " +
            $"{generation} in user_logins: set that key{former}. A new key is added as Masking:Keys:{newest} (or " +
            $"Masking:KeyFiles:{newest}). Where the old key is lost, use another database, or empty user_logins, " +
            "pii_vault and masking_generations.";
    }

    private static void Refuse(IReadOnlyList<string> problems)
    {
        if (problems.Count > 0)
        {
            throw new MaskingRefusedException(problems);
        }
    }

    private async Task VerifyNowAsync(LoginDbContext database, CancellationToken cancellationToken)
    {
        try
        {
            switch (masker)
            {
                case HmacPiiMasker keyed:
                    await VerifyColumnsAsync(database, keyed.MaskLength, cancellationToken);
                    await VerifyGenerationsAsync(database, keyed, cancellationToken);
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
            SELECT a.attname::text AS "Name", format_type(a.atttypid, a.atttypmod) AS "Type"
            FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
            WHERE a.attrelid = to_regclass('user_logins') AND NOT a.attisdropped AND a.attname = ANY ({names})
                AND NOT (t.typname = 'text'
                    OR t.typname = 'varchar' AND (a.atttypmod < 0 OR a.atttypmod - 4 >= {length}))
            ORDER BY a.attnum
            """).ToListAsync(cancellationToken);
        Refuse([.. narrow.Select(column =>
            $"user_logins.{column.Name} is {column.Type}, and a mask has {length} characters: widen it by ALTER " +
            $"TABLE user_logins ALTER COLUMN {column.Name} TYPE varchar({ColumnLengths.Mask}); drop a view over it " +
            "first and create it again afterwards.")]);
    }

    private sealed record NarrowColumn(string Name, string Type);
}
