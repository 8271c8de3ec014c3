using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FetchEtl.Logins;

/// <summary>Reads and writes the rows of <c>masking_generations</c>.</summary>
internal static class GenerationRows
{
    private const int MostWarnings = 10;

    /// <summary>Reads the masker's generations, the next one, and a few more to warn of.</summary>
    public static Task<List<MaskingGeneration>> ReadAsync(
        LoginDbContext database, KeyedPiiMasker keyed, CancellationToken cancellationToken)
    {
        var count = keyed.Generation + MostWarnings;
        return database.MaskingGenerations.AsNoTracking()
            .Where(row => row.Generation >= 1)
            .OrderBy(row => row.Generation)
            .Take(count)
            .ToListAsync(cancellationToken);
    }

    /// <summary>
    /// Inserts the generations that have no row, and updates the others where their row is still as it was read.
    /// </summary>
    /// <exception cref="MaskingRefusedException">The role may not write there.</exception>
    public static async Task WriteAsync(
        LoginDbContext database,
        KeyedPiiMasker keyed,
        IReadOnlyList<MaskingGeneration> known,
        IReadOnlyCollection<int> generations,
        IReadOnlyDictionary<int, PinnedSettings> targets,
        CancellationToken cancellationToken)
    {
        try
        {
            int[] missing = [.. generations.Except(known.Select(row => row.Generation))];
            if (missing.Length > 0)
            {
                var (checks, macs, settings) = Columns(missing);
                var insert =
                    $$"""
                    INSERT INTO {{database.Tables.MaskingGenerations}} (generation, key_check, mac, settings)
                    SELECT * FROM unnest({0}, {1}, {2}, {3}) ON CONFLICT (generation) DO NOTHING
                    """;
                await database.Database.ExecuteSqlRawAsync(
                    insert, [missing, checks, macs, settings], cancellationToken);
            }

            var present = known.Where(row => generations.Contains(row.Generation)).ToArray();
            if (present.Length > 0)
            {
                var ids = Array.ConvertAll(present, row => row.Generation);
                var (checks, macs, settings) = Columns(ids);
                var oldChecks = Array.ConvertAll(present, row => row.KeyCheck);
                var oldMacs = Array.ConvertAll(present, row => row.Mac);
                var oldSettings = Array.ConvertAll(present, row => row.Settings);
                var update =
                    $$"""
                    UPDATE {{database.Tables.MaskingGenerations}} AS m
                    SET key_check = u.key_check, mac = u.mac, settings = u.settings
                    FROM unnest({0}, {1}, {2}, {3}, {4}, {5}, {6})
                        AS u (generation, key_check, mac, settings, old_check, old_mac, old_settings)
                    WHERE m.generation = u.generation AND m.key_check::text IS NOT DISTINCT FROM u.old_check
                        AND m.mac::text IS NOT DISTINCT FROM u.old_mac
                        AND m.settings IS NOT DISTINCT FROM u.old_settings
                    """;
                await database.Database.ExecuteSqlRawAsync(
                    update, [ids, checks, macs, settings, oldChecks, oldMacs, oldSettings], cancellationToken);
            }
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new MaskingRefusedException(
            [
                "masking_generations does not hold every key generation of this process with its settings, and its " +
                "role may not write there: run 'fetch-etl keys register' with these settings and a role that has " +
                "SELECT, INSERT and UPDATE on it.",
            ]);
        }

        (string[] Checks, string[] Macs, string[] Settings) Columns(int[] ids) => (
            Array.ConvertAll(ids, keyed.KeyCheck),
            Array.ConvertAll(ids, id => keyed.GenerationMac(id, targets[id].ToString())),
            Array.ConvertAll(ids, id => targets[id].ToString()));
    }
}
