using FetchEtl.Logins;
using FetchEtl.Masking;

namespace FetchEtl.Maintenance;

/// <summary>
/// A person's entries of <c>pii_vault</c>: those of the values that name the person, and those that only the person's
/// rows refer to.
/// </summary>
/// <param name="database">The session.</param>
/// <param name="subject">The person.</param>
/// <param name="masker">The masker with the keys of all generations.</param>
public sealed class SubjectVault(LoginDatabase database, Subject subject, IPiiMasker masker)
{
    private readonly VaultAccess _vault = new(database, masker);

    /// <summary>The vault.</summary>
    public VaultAccess Access => _vault;

    /// <summary>
    /// The tables whose rows lead to the entries, quoted for SQL: with <c>user_logins</c>, each <see cref="PastTable"/>
    /// that can be searched. An entry that a row of another person refers to stays, in whichever of them it stands.
    /// </summary>
    /// <value><c>user_logins</c> alone by default.</value>
    public IReadOnlyList<string> Tables { get; init; } = [LoginTables.DefaultTable];

    /// <summary>How many entries were deleted.</summary>
    public long Erased { get; private set; }

    /// <summary>Finds the entries.</summary>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>The entries.</returns>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task<IReadOnlyList<SealedValue>> FindAsync(CancellationToken cancellationToken) =>
        Distinct(await _vault.FindAsync(await MasksAsync(cancellationToken), cancellationToken));

    /// <summary>Whether the vault holds anything, of anybody.</summary>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task<bool> HasEntriesAsync(CancellationToken cancellationToken) => (await database.QueryAsync(
        "SELECT EXISTS (SELECT FROM pii_vault)", static reader => reader.GetBoolean(0), cancellationToken))[0];

    /// <summary>Deletes the entries. To be called while the person's rows still have their masks.</summary>
    /// <param name="cancellationToken">Cancels the statement under way; earlier deletions are kept.</param>
    /// <returns>The number of entries.</returns>
    /// <exception cref="MaskingRefusedException">A key is missing. Nothing was deleted.</exception>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task<long> EraseAsync(CancellationToken cancellationToken) =>
        await EraseAsync(await MasksAsync(cancellationToken), cancellationToken);

    /// <summary>
    /// Deletes the entries that only rows referred to which no longer hold their masks: in the transaction that changed
    /// the rows, so that no entry stays that nothing leads to.
    /// </summary>
    /// <param name="stored">What the rows held.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    internal async Task EraseOfAsync(
        IReadOnlyCollection<(PiiField Field, string? Text)> stored, CancellationToken cancellationToken) =>
        await EraseAsync(await TheirsAloneAsync(stored, cancellationToken), cancellationToken);

    private async Task<long> EraseAsync(IReadOnlyCollection<string> masks, CancellationToken cancellationToken)
    {
        var erased = Distinct(await _vault.EraseAsync(masks, cancellationToken)).Count;
        Erased += erased;
        return erased;
    }

    private static List<SealedValue> Distinct(ILookup<string, SealedValue> found) =>
        [.. found.SelectMany(values => values).DistinctBy(value => (value.Mask, value.Field))];

    /// <summary>The masks of the values, and those that only the person's rows have.</summary>
    private async Task<IReadOnlyCollection<string>> MasksAsync(CancellationToken cancellationToken)
    {
        await database.OpenAsync(cancellationToken);
        var stored = new List<(PiiField, string?)>();
        foreach (var field in PiiFields.All.Where(field => field != subject.Field))
        {
            await ReadAsync(field, subject.IsTheirs, [], mask => stored.Add((field, mask)), cancellationToken);
        }

        return await TheirsAloneAsync(stored, cancellationToken);
    }

    /// <summary>
    /// An address that other rows have as well stays: it is somebody else's too, and nothing leads from the entry to
    /// this person once the rows are masked again.
    /// </summary>
    private async Task<IReadOnlyCollection<string>> TheirsAloneAsync(
        IReadOnlyCollection<(PiiField Field, string? Text)> stored, CancellationToken cancellationToken)
    {
        var masks = subject.Masks.ToHashSet(StringComparer.Ordinal);
        foreach (var texts in stored.Where(x => x.Text is not null && x.Field != subject.Field).GroupBy(x => x.Field))
        {
            var field = texts.Key;
            var own = texts.Select(x => x.Text!).Distinct().ToDictionary(
                mask => mask, mask => Newest(field, mask), StringComparer.Ordinal);
            var candidates = own.Keys.Union(own.Values).ToArray();
            var shared = new HashSet<string>(StringComparer.Ordinal);
            await ReadAsync(
                field,
                $"({subject.IsTheirs}) IS NOT TRUE AND {IsCandidate(field)}",
                candidates,
                mask => shared.Add(Newest(field, mask)),
                cancellationToken);
            masks.UnionWith(own.Where(pair => !shared.Contains(pair.Value)).Select(pair => pair.Key));
        }

        return masks;
    }

    /// <summary>A mask of an older generation can be the same value's: only its layers show that.</summary>
    private string IsCandidate(PiiField field)
    {
        var column = $"l.{field.Column()}";
        return masker is KeyedPiiMasker { Generation: > 1 } keyed
            ? $"({column}::text = ANY (@candidates) OR {MaskSql.IsOlderMask(column, keyed.Generation)})"
            : $"{column}::text = ANY (@candidates)";
    }

    private async Task ReadAsync(
        PiiField field,
        string condition,
        string[] candidates,
        Action<string> add,
        CancellationToken cancellationToken) => await database.QueryAsync(
        string.Join(
            " UNION ",
            Tables.Select(table =>
                $"""
                SELECT l.{field.Column()}::text FROM {table} AS l
                WHERE l.{field.Column()} IS NOT NULL AND ({condition}) AND @candidates IS NOT NULL
                """)),
        reader =>
        {
            add(reader.GetString(0));
            return true;
        },
        cancellationToken,
        [.. subject.Parameters(), SqlCommands.Parameter("candidates", candidates)]);

    /// <summary>The mask of the newest generation, by which texts of one value are known in all generations.</summary>
    /// <param name="field">The field.</param>
    /// <param name="mask">The stored text.</param>
    /// <returns>The text itself where it is no mask of these keys.</returns>
    public string Newest(PiiField field, string mask) =>
        VaultOpening.Newest(masker as KeyedPiiMasker, field, mask);
}
