using FetchEtl.Logins;
using FetchEtl.Masking;

namespace FetchEtl.Maintenance;

/// <summary>
/// Moves the vault's entries from masks of older generations to those of the newest. Entries are moved, never copied,
/// so a value that is erased meanwhile cannot come back from a copy.
/// </summary>
internal static class VaultRekeying
{
    /// <summary>The vault's table.</summary>
    public const string Table = "pii_vault";

    // It inserts in the writer's order: otherwise the two could wait for each other.
    private const string Move =
        """
        WITH moved AS (
            DELETE FROM pii_vault AS v USING unnest(@ids::tid[], @masks) AS u (id, mask)
            WHERE v.ctid = u.id AND v.ctid >= @from AND v.ctid < @to
            RETURNING u.mask, v.field, v.sealed, v.created_at, v.generation, v.key_id
        )
        INSERT INTO pii_vault (mask, field, sealed, created_at, generation, key_id)
        SELECT mask, field, sealed, created_at, generation, key_id FROM moved ORDER BY mask COLLATE "C", field
        ON CONFLICT (mask, field) DO NOTHING
        """;

    private static readonly string Fields = string.Join(", ", PiiFields.All.Select(field => $"'{field.Name()}'"));

    /// <summary>Counts the entries of older generations.</summary>
    public static async Task<long> CountOlderAsync(
        LoginDbContext database, KeyedPiiMasker masker, CancellationToken cancellationToken)
    {
        var counts = await database.QueryAsync(
            $"SELECT pg_catalog.count(*) FROM ONLY {Table} WHERE {Older(masker)}",
            static reader => reader.GetInt64(0),
            cancellationToken);
        return counts[0];
    }

    /// <summary>Walks over the vault once.</summary>
    /// <returns>The number of entries that were moved.</returns>
    public static Task<long> RunAsync(
        LoginDbContext database,
        KeyedPiiMasker masker,
        int batchBlocks,
        Action<long, long> progress,
        CancellationToken cancellationToken)
    {
        var pass = new BlockPass(database, Table, ["mask", "field"], Older(masker), batchBlocks);
        return pass.RunAsync(MoveAsync, progress, cancellationToken);

        async Task<int> MoveAsync(BlockRange range, IReadOnlyList<FoundRow> rows, CancellationToken token)
        {
            await database.ExecuteAsync(
                Move,
                token,
                SqlCommands.Parameter("from", range.From, "tid"),
                SqlCommands.Parameter("to", range.To, "tid"),
                SqlCommands.Parameter<string[]>("ids", [.. rows.Select(row => row.Id)]),
                SqlCommands.Parameter<string[]>("masks", [.. rows.Select(row => Rekey(masker, row))], "text[]"));
            return rows.Count;
        }
    }

    private static string Older(KeyedPiiMasker masker) =>
        $"{MaskSql.IsOlderMask("mask", masker.Generation)} AND field::text IN ({Fields})";

    private static string Rekey(KeyedPiiMasker masker, FoundRow row)
    {
        _ = PiiFields.TryParse(row.Values[1], out var field);
        return masker.Rekey(field, row.Values[0]!);
    }
}
