using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace FetchEtl.Logins;

/// <summary>
/// Holds the settings against the table before the first row is written, once a process: the generations and keys that it
/// was masked with, and the room in its columns. A masker of the user's own is left alone.
/// </summary>
internal sealed class MaskingCheck(IPiiMasker masker, IOptions<LoginsOptions> options)
{
    private volatile bool _passed;

    /// <exception cref="MaskingRefusedException">They do not fit.</exception>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL refused, or could not be reached.</exception>
    public async Task RequireAsync(LoginDbContext database, CancellationToken cancellationToken)
    {
        if (_passed)
        {
            return;
        }

        if (masker is HmacPiiMasker or Sha256PiiMasker)
        {
            var ring = (masker as HmacPiiMasker)?.Ring;
            try
            {
                await RequireColumnsAsync(database, ring is null ? Sha256PiiMasker.Length : Mask.Length(ring.Count), cancellationToken);
                await RequireGenerationsAsync(database, ring, cancellationToken);
            }
            catch (Exception exception) when (DatabaseFaults.Classify(exception) is { Kind: FaultKind.Data } fault)
            {
                // Else it would pass for the fault of the rows that wait.
                Refuse([$"masking_generations is not as expected (SQLSTATE {fault.SqlState}): make it as in the migrations."]);
            }
        }

        _passed = true;
    }

    private async Task RequireColumnsAsync(LoginDbContext database, int length, CancellationToken cancellationToken)
    {
        var names = PiiFields.Of(options.Value.Masking).Select(field => field.Column()).ToArray();

        // A column that is missing is told by the insert. 4 is the header that a varchar's modifier counts.
        var narrow = await database.Database.SqlQuery<NarrowColumn>(
            $"""
            SELECT a.attname::text AS "Name", format_type(a.atttypid, a.atttypmod) AS "Type"
            FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
            WHERE a.attrelid = to_regclass('user_logins') AND NOT a.attisdropped AND a.attname = ANY ({names})
                AND NOT (t.typname = 'text' OR t.typname = 'varchar' AND (a.atttypmod < 0 OR a.atttypmod - 4 >= {length}))
            ORDER BY a.attnum
            """).ToListAsync(cancellationToken);
        Refuse([.. narrow.Select(column =>
            $"user_logins.{column.Name} is {column.Type}, and a mask has {length} characters: widen it by " +
            $"ALTER TABLE user_logins ALTER COLUMN {column.Name} TYPE varchar({ColumnLengths.Mask}); a view over it must be dropped before and made again.")]);
    }

    private static async Task RequireGenerationsAsync(LoginDbContext database, KeyRing? ring, CancellationToken cancellationToken)
    {
        // Looked at again after adding: another process may have been faster, with other keys.
        while (await ReadMissingAsync(database, ring, cancellationToken) is { Length: > 0 } missing)
        {
            var checks = Array.ConvertAll(missing, ring!.Check);
            await database.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO masking_generations (generation, key_check) SELECT * FROM unnest({missing}, {checks})
                ON CONFLICT (generation) DO UPDATE SET key_check = excluded.key_check WHERE masking_generations.key_check IS NULL
                """,
                cancellationToken);
        }
    }

    /// <summary>The ring's generations that the table does not know, or not by their keys.</summary>
    private static async Task<int[]> ReadMissingAsync(LoginDbContext database, KeyRing? ring, CancellationToken cancellationToken)
    {
        var known = await database.MaskingGenerations.AsNoTracking().OrderBy(row => row.Generation).ToListAsync(cancellationToken);
        var newest = known.Count == 0 ? 0 : known[^1].Generation;
        if (ring is null)
        {
            Refuse(newest == 0 ? [] : [$"user_logins holds masks of Masking:Method Hmac, generation {newest}: choose that method, with the keys it had."]);
            return [];
        }

        var problems = known
            .Where(row => row.Generation <= ring.Count && row.KeyCheck is not null && row.KeyCheck != ring.Check(row.Generation))
            .Select(row => WrongKey(row.Generation));
        if (newest > ring.Count)
        {
            problems = problems.Prepend(
                $"user_logins holds masks of generation {newest}, and Masking:Keys and Masking:KeyFiles give {ring.Count}: add the keys that are missing, in their order.");
        }

        Refuse([.. problems]);
        return [.. Enumerable.Range(1, ring.Count).Except(known.Where(row => row.KeyCheck is not null).Select(row => row.Generation))];
    }

    private static string WrongKey(int generation)
    {
        var former = generation == 1 ? ", and Masking:Former and Masking:Salt as they were" : string.Empty;
        return $"Masking:Keys:{generation - 1} (or Masking:KeyFiles:{generation - 1}) is not the key of generation {generation} in user_logins: set that key{former}.";
    }

    private static void Refuse(IReadOnlyList<string> problems)
    {
        if (problems.Count > 0)
        {
            throw new MaskingRefusedException(problems);
        }
    }

    private sealed record NarrowColumn(string Name, string Type);
}
