using Npgsql;

namespace FetchEtl.Logins;

/// <summary>Reads and writes the rows of <c>masking_generations</c>.</summary>
internal static class GenerationRows
{
    private const int MostWarnings = 10;

    /// <summary>Reads the masker's generations, the next one, and a few more to warn of.</summary>
    public static Task<List<MaskingGeneration>> ReadAsync(
        LoginDatabase database, KeyedPiiMasker keyed, CancellationToken cancellationToken)
    {
        var count = keyed.Generation + MostWarnings;
        return database.QueryAsync(
            $"""
            SELECT generation, key_check, mac, settings FROM {database.Tables.MaskingGenerations}
            WHERE generation >= 1 ORDER BY generation LIMIT @count
            """,
            static row => new MaskingGeneration
            {
                Generation = row.GetInt32(0),
                KeyCheck = Text(row, 1),
                Mac = Text(row, 2),
                Settings = Text(row, 3),
            },
            cancellationToken,
            new NpgsqlParameter<int>("count", count));
    }

    /// <summary>
    /// Inserts the generations that have no row, and updates the others where their row is still as it was read.
    /// </summary>
    /// <exception cref="MaskingRefusedException">The role may not write there.</exception>
    public static async Task WriteAsync(
        LoginDatabase database,
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
                    $"""
                    INSERT INTO {database.Tables.MaskingGenerations} (generation, key_check, mac, settings)
                    SELECT * FROM unnest(@ids, @checks, @macs, @settings) ON CONFLICT (generation) DO NOTHING
                    """;
                await database.ExecuteAsync(
                    insert,
                    cancellationToken,
                    new NpgsqlParameter<int[]>("ids", missing),
                    new NpgsqlParameter<string[]>("checks", checks),
                    new NpgsqlParameter<string[]>("macs", macs),
                    new NpgsqlParameter<string[]>("settings", settings));
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
                    $"""
                    UPDATE {database.Tables.MaskingGenerations} AS m
                    SET key_check = u.key_check, mac = u.mac, settings = u.settings
                    FROM unnest(@ids, @checks, @macs, @settings, @old_checks, @old_macs, @old_settings)
                        AS u (generation, key_check, mac, settings, old_check, old_mac, old_settings)
                    WHERE m.generation = u.generation AND m.key_check::text IS NOT DISTINCT FROM u.old_check
                        AND m.mac::text IS NOT DISTINCT FROM u.old_mac
                        AND m.settings IS NOT DISTINCT FROM u.old_settings
                    """;
                await database.ExecuteAsync(
                    update,
                    cancellationToken,
                    new NpgsqlParameter<int[]>("ids", ids),
                    new NpgsqlParameter<string[]>("checks", checks),
                    new NpgsqlParameter<string[]>("macs", macs),
                    new NpgsqlParameter<string[]>("settings", settings),
                    new NpgsqlParameter<string?[]>("old_checks", oldChecks),
                    new NpgsqlParameter<string?[]>("old_macs", oldMacs),
                    new NpgsqlParameter<string?[]>("old_settings", oldSettings));
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

    private static string? Text(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetString(column);
}
