using FetchEtl.Logins;
using FetchEtl.Masking;

namespace FetchEtl.Maintenance;

/// <summary>
/// Finds, opens and erases the values behind masks in <c>pii_vault</c>. With a masker that has keys, it finds a value
/// by its mask of any generation, whichever generation the vault holds. Without one, it finds a value only by the mask
/// as stored.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="masker">A masker with the service's settings; null where the keys are not available.</param>
public sealed class VaultAccess(LoginDatabase database, IPiiMasker? masker)
{
    private const string Columns = "mask::text, field::text, sealed, created_at, generation, key_id::text, signature";

    private readonly KeyedPiiMasker? _keyed = masker as KeyedPiiMasker;
    private VaultOpening? _opening;

    /// <summary>The keys that verify what the service signed.</summary>
    /// <value>Null by default: they are derived from the masker's keys.</value>
    public VaultVerifier? Verifier { get; init; }

    /// <summary>
    /// Whether entries of version 1, which have no signature, are opened without a masker. Anyone who can write to
    /// <c>pii_vault</c> can have sealed them.
    /// </summary>
    /// <value>False by default.</value>
    public bool AcceptsUnsigned { get; init; }

    /// <summary>Reads the sealed values behind masks.</summary>
    /// <param name="masks">The masks.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>The sealed values by the masks as given. A weak mask can stand for values of several fields.</returns>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task<ILookup<string, SealedValue>> FindAsync(
        IReadOnlyCollection<string> masks, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(masks);
        var names = Names(masks);
        var found = ByMask(names, await ReadAsync(Texts(names), cancellationToken));
        if (masks.All(found.Contains))
        {
            return found;
        }

        // A query cannot find the vault's masks of older generations: each must be rekeyed to compare it.
        names = await WithOlderAsync(names, cancellationToken);
        return ByMask(names, await ReadAsync(Texts(names), cancellationToken));
    }

    /// <summary>Reads any sealed values, to see whether a private key is that of the vault.</summary>
    /// <param name="count">How many at most.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>The values, in no order.</returns>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL rejected the statement, or could not be reached.</exception>
    public async Task<IReadOnlyList<SealedValue>> SampleAsync(int count, CancellationToken cancellationToken) =>
        await QueryAsync($"SELECT {Columns} FROM pii_vault LIMIT @count", "count", count, cancellationToken);

    /// <summary>
    /// Deletes the sealed values behind masks, of all generations. The masks in other tables stay. Where the vault
    /// holds masks of several generations, a value may be there under each, so the keys of all of them are needed.
    /// </summary>
    /// <param name="masks">The masks.</param>
    /// <param name="cancellationToken">Cancels the statement under way; earlier deletions are kept.</param>
    /// <returns>The deleted values by the masks as given.</returns>
    /// <exception cref="MaskingRefusedException">
    /// The vault holds masks of a generation whose key is missing: a value could stay under it. Nothing was deleted.
    /// </exception>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task<ILookup<string, SealedValue>> EraseAsync(
        IReadOnlyCollection<string> masks, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(masks);
        await RequireKeysAsync(masks, cancellationToken);
        var names = Names(masks);
        var all = await WithOlderAsync(names, cancellationToken);

        // Older ones first: an entry that a rekey run moves meanwhile is then found under one mask or the other.
        var older = await DeleteAsync(Texts(all).Except(Texts(names)), cancellationToken);
        return ByMask(all, [.. older, .. await DeleteAsync(Texts(names), cancellationToken)]);
    }

    /// <summary>
    /// Opens a sealed value where the service sealed it for its mask: its signature shows that, and its value where the
    /// masking keys are available.
    /// </summary>
    /// <param name="value">The sealed value.</param>
    /// <param name="key">The vault's private key.</param>
    /// <returns>The raw value.</returns>
    /// <exception cref="InvalidDataException">
    /// The key does not open it, nothing shows that the service sealed it, or it belongs to another mask or field. The
    /// message quotes no value.
    /// </exception>
    public PersonalText Open(SealedValue value, RevealingKey key)
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(key);
        _opening ??= new VaultOpening(masker, Verifier, AcceptsUnsigned);
        return _opening.Open(value, key);
    }

    private static IEnumerable<string> Texts(ILookup<string, string> names) => names.Select(name => name.Key);

    private static ILookup<string, SealedValue> ByMask(
        ILookup<string, string> names, IEnumerable<SealedValue> values) => values
        .SelectMany(value => names[value.Mask].Select(mask => (Mask: mask, Value: value)))
        .ToLookup(pair => pair.Mask, pair => pair.Value);

    /// <summary>
    /// Returns the masks as given, by each text under which the vault may hold their values: as given, and rekeyed.
    /// </summary>
    private ILookup<string, string> Names(IEnumerable<string> masks) => masks.Distinct()
        .SelectMany(mask => PiiFields.All.Select(field => Newest(field, mask)).Append(mask).Distinct()
            .Select(name => (Name: name, Mask: mask)))
        .ToLookup(pair => pair.Name, pair => pair.Mask);

    /// <summary>
    /// Adds the vault's own masks of older generations that become one of the names when they are rekeyed.
    /// </summary>
    private async Task<ILookup<string, string>> WithOlderAsync(
        ILookup<string, string> names, CancellationToken cancellationToken)
    {
        if (_keyed is not { Generation: > 1 })
        {
            return names;
        }

        var pairs = names.SelectMany(name => name.Select(mask => (Name: name.Key, Mask: mask))).ToHashSet();
        await database.OpenAsync(cancellationToken);
        await database.QueryAsync(
            "SELECT mask::text, field::text FROM pii_vault WHERE mask::text NOT LIKE @newest",
            reader =>
            {
                var mask = reader.GetString(0);
                if (PiiFields.TryParse(reader.GetString(1), out var field))
                {
                    pairs.UnionWith(names[Newest(field, mask)].Select(given => (mask, given)));
                }

                return true;
            },
            cancellationToken,
            SqlCommands.Parameter("newest", $"{_keyed.Generation}:%"));

        return pairs.ToLookup(pair => pair.Name, pair => pair.Mask);
    }

    /// <summary>Returns the mask of the newest generation; the text itself where it cannot be rekeyed.</summary>
    private string Newest(PiiField field, string mask) => VaultOpening.Newest(_keyed, field, mask);

    private async Task RequireKeysAsync(IReadOnlyCollection<string> masks, CancellationToken cancellationToken)
    {
        await database.OpenAsync(cancellationToken);
        var stored = await database.QueryAsync(
            "SELECT DISTINCT pg_catalog.split_part(mask::text, ':', 1) FROM pii_vault " +
            "WHERE pg_catalog.length(mask::text) - pg_catalog.strpos(mask::text, ':') = 64",
            static reader => reader.GetString(0),
            cancellationToken);
        var given = masks.Where(mask => Mask.TryParse(mask, out _)).Select(mask => mask.Split(':')[0]);
        var generations = stored.Union(given)
            .Select(text => int.TryParse(text, out var generation) ? generation : 0)
            .Where(generation => generation > 0)
            .Order()
            .ToList();
        if (generations.Count > 0 && (_keyed is null ? generations.Count > 1 : generations[^1] > _keyed.Generation))
        {
            throw new MaskingRefusedException(
            [
                $"pii_vault and the masks are of generations {string.Join(", ", generations)}, and a value can be " +
                "there under each of them: set Masking:Keys or Masking:KeyFiles with all keys, as the service has " +
                "them, and erase again. Nothing was erased.",
            ]);
        }
    }

    private Task<List<SealedValue>> ReadAsync(IEnumerable<string> masks, CancellationToken cancellationToken) =>
        QueryAsync(
            $"SELECT {Columns} FROM pii_vault WHERE mask::text = ANY (@masks)",
            "masks",
            masks.ToArray(),
            cancellationToken);

    private Task<List<SealedValue>> DeleteAsync(IEnumerable<string> masks, CancellationToken cancellationToken) =>
        QueryAsync(
            $"DELETE FROM pii_vault WHERE mask::text = ANY (@masks) RETURNING {Columns}",
            "masks",
            masks.ToArray(),
            cancellationToken);

    private async Task<List<SealedValue>> QueryAsync<T>(
        string sql, string name, T value, CancellationToken cancellationToken)
    {
        await database.OpenAsync(cancellationToken);
        return await database.QueryAsync(
            sql,
            static reader => new SealedValue
            {
                Mask = reader.GetString(0),
                Field = reader.GetString(1),
                Sealed = reader.GetFieldValue<byte[]>(2),
                CreatedAt = reader.GetFieldValue<DateOnly>(3),
                Generation = reader.IsDBNull(4) ? null : reader.GetInt32(4),
                KeyId = reader.IsDBNull(5) ? null : reader.GetString(5),
                Signature = reader.IsDBNull(6) ? null : reader.GetFieldValue<byte[]>(6),
            },
            cancellationToken,
            SqlCommands.Parameter(name, value));
    }
}
