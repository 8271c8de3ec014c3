namespace FetchEtl.Logins;

/// <summary>
/// Moves what the vault holds under masks of older generations to those of the newest. It is moved and never copied, so
/// that what is erased meanwhile can't come back from a copy.
/// </summary>
internal static class VaultMove
{
    private const string Table = "pii_vault";

    // In the order in which the writer inserts, or the two could wait for each other.
    private const string Move =
        """
        WITH moved AS (
            DELETE FROM pii_vault AS v USING unnest(@ids::tid[], @masks) AS u (id, mask) WHERE v.ctid = u.id AND v.ctid >= @from AND v.ctid < @to
            RETURNING u.mask, v.field, v.sealed, v.created_at
        )
        INSERT INTO pii_vault (mask, field, sealed, created_at) SELECT mask, field, sealed, created_at FROM moved ORDER BY mask COLLATE "C", field
        ON CONFLICT (mask, field) DO NOTHING
        """;

    private static readonly string Fields = string.Join(", ", PiiFields.All.Select(field => $"'{field.Name()}'"));

    public static async Task<long> CountOlderAsync(LoginDbContext database, HmacPiiMasker masker, CancellationToken cancellationToken) =>
        (await database.QueryAsync($"SELECT count(*) FROM ONLY {Table} WHERE {Older(masker)}", static reader => reader.GetInt64(0), cancellationToken))[0];

    /// <summary>Walks over the vault once.</summary>
    /// <returns>How many entries were moved.</returns>
    public static Task<long> RunAsync(
        LoginDbContext database, HmacPiiMasker masker, int batchBlocks, Action<long, long> progress, CancellationToken cancellationToken)
    {
        var pass = new BlockPass(database, Table, ["mask", "field"], Older(masker), batchBlocks);
        return pass.RunAsync(ChangeAsync, progress, cancellationToken);

        async Task<int> ChangeAsync(BlockRange range, IReadOnlyList<FoundRow> rows, CancellationToken token)
        {
            await database.ExecuteAsync(
                Move,
                token,
                LiftSql.Parameter("from", range.From, "tid"),
                LiftSql.Parameter("to", range.To, "tid"),
                LiftSql.Parameter<string[]>("ids", [.. rows.Select(row => row.Id)]),
                LiftSql.Parameter<string[]>("masks", [.. rows.Select(row => Lift(masker, row))], "text[]"));
            return rows.Count;
        }
    }

    private static string Older(HmacPiiMasker masker) => $"{LiftSql.IsOlderMask("mask", masker.Ring.Count)} AND field IN ({Fields})";

    private static string Lift(HmacPiiMasker masker, FoundRow row)
    {
        _ = PiiFields.TryParse(row.Values[1], out var field);
        return masker.Lift(field, row.Values[0]!);
    }
}
