using FetchEtl.Logins;
using FetchEtl.Masking;

namespace FetchEtl.Maintenance;

/// <summary>
/// Moves the vault's entries from masks of older generations to those of the newest. Entries are moved, never copied,
/// so a value that is erased meanwhile cannot come back from a copy. An entry's signature covers its mask, so each
/// entry is signed again, unless its signature is not genuine: signing it then would make it so.
/// </summary>
internal static class VaultRekeying
{
    /// <summary>The vault's table.</summary>
    public const string Table = "pii_vault";

    // It inserts in the writer's order: otherwise the two could wait for each other.
    private const string Move =
        """
        WITH moved AS (
            DELETE FROM pii_vault AS v
            USING unnest(@ids::tid[], @masks, @generations, @signatures) AS u (id, mask, generation, signature)
            WHERE v.ctid = u.id AND v.ctid >= @from AND v.ctid < @to
            RETURNING u.mask, v.field, v.sealed, v.created_at, v.key_id,
                COALESCE(u.generation, v.generation) AS generation, COALESCE(u.signature, v.signature) AS signature
        )
        INSERT INTO pii_vault (mask, field, sealed, created_at, generation, key_id, signature)
        SELECT mask, field, sealed, created_at, generation, key_id, signature
        FROM moved ORDER BY mask COLLATE "C", field
        ON CONFLICT (mask, field) DO NOTHING
        """;

    private static readonly string[] Columns =
    [
        "mask", "field", "pg_catalog.encode(sealed, 'base64')", "generation::text", "key_id",
        "pg_catalog.encode(signature, 'base64')",
    ];

    /// <summary>The names of the fields, quoted for SQL.</summary>
    public static readonly string Fields = string.Join(", ", PiiFields.All.Select(field => $"'{field.Name()}'"));

    /// <summary>Counts the entries of older generations.</summary>
    public static async Task<long> CountOlderAsync(
        LoginDatabase database, KeyedPiiMasker masker, CancellationToken cancellationToken)
    {
        var counts = await database.QueryAsync(
            $"SELECT pg_catalog.count(*) FROM ONLY {Table} WHERE {Older(masker)}",
            static reader => reader.GetInt64(0),
            cancellationToken);
        return counts[0];
    }

    /// <summary>Walks over the vault once.</summary>
    /// <returns>
    /// The number of entries that were moved, and how many of them had a signature that was not genuine.
    /// </returns>
    public static async Task<(long Moved, long Forged)> RunAsync(
        LoginDatabase database,
        KeyedPiiMasker masker,
        int batchBlocks,
        Action<long, long> progress,
        CancellationToken cancellationToken)
    {
        var forged = 0L;
        var pass = new BlockPass(database, Table, Columns, Older(masker), batchBlocks, isPartitioned: false);
        return (await pass.RunAsync(MoveAsync, progress, cancellationToken), forged);

        async Task<int> MoveAsync(BlockRange range, IReadOnlyList<FoundRow> rows, CancellationToken token)
        {
            var entries = rows.Select(row => RekeyedEntry.Of(masker, row)).ToList();
            await database.ExecuteAsync(
                Move,
                token,
                SqlCommands.Parameter("from", range.From, "tid"),
                SqlCommands.Parameter("to", range.To, "tid"),
                SqlCommands.Parameter<string[]>("ids", [.. rows.Select(row => row.Id)]),
                SqlCommands.Parameter<string[]>("masks", [.. entries.Select(entry => entry.Mask)], "text[]"),
                SqlCommands.Parameter<int?[]>(
                    "generations", [.. entries.Select(entry => entry.Generation)], "integer[]"),
                SqlCommands.Parameter<byte[]?[]>(
                    "signatures", [.. entries.Select(entry => entry.Signature)], "bytea[]"));
            forged += entries.Count(entry => entry.IsForged);
            return rows.Count;
        }
    }

    private static string Older(KeyedPiiMasker masker) =>
        $"{MaskSql.IsOlderMask("mask", masker.Generation)} AND field::text IN ({Fields})";
}
