using FetchEtl.Masking;

namespace FetchEtl.Maintenance;

/// <summary>A table that passed <see cref="MaskedTableInspection"/>; all names are quoted for SQL.</summary>
/// <param name="Name">The table's name.</param>
/// <param name="Columns">The columns.</param>
/// <param name="Required">The columns of <paramref name="Columns"/> that are NOT NULL.</param>
internal sealed record MaskedTable(
    string Name, IReadOnlyList<MaskedColumn> Columns, IReadOnlyList<MaskedColumn> Required)
{
    /// <summary>The column that says the generation of a row's look-alike masks.</summary>
    public const string GenerationColumn = "mask_generation";

    /// <summary>Whether the table is partitioned.</summary>
    public bool IsPartitioned { get; init; }

    /// <summary>What names all rows of the table after FROM.</summary>
    public string From => IsPartitioned ? Name : $"ONLY {Name}";

    /// <summary>
    /// Whether the table has <see cref="GenerationColumn"/>. Without it, nothing distinguishes look-alike masks from
    /// raw values.
    /// </summary>
    public bool HasGenerations { get; init; }

    /// <summary>
    /// The generations in which a field's masks were look-alikes. In a row of such a generation, a text of that field
    /// which is no mask of Hmac is a look-alike.
    /// </summary>
    public Func<PiiField, IReadOnlyList<int>> LookAlikeGenerations { get; init; } = static _ => [];

    /// <summary>
    /// A FROM clause that returns each column's value as a row: <c>place</c>, an index of <see cref="Columns"/>,
    /// <c>value</c>, and <c>generation</c>, which only a look-alike mask has.
    /// </summary>
    public string Values =>
        $"""
        FROM {From} CROSS JOIN LATERAL (VALUES
            {string.Join(", ", Columns.Select(Row))}
        ) AS v (place, value, generation)
        """;

    /// <summary>The condition that a column holds a look-alike mask of a generation before this one.</summary>
    public string IsOlderLookAlike(MaskedColumn column, int generation) =>
        $"({IsLookAlike(column)} AND {Generation} < {generation})";

    private string Generation => HasGenerations ? GenerationColumn : "NULL";

    private string Row(MaskedColumn column, int place) =>
        $"({place}, {column.Name}::text COLLATE \"C\", " +
        $"CASE WHEN {IsLookAlike(column)} THEN {Generation}::integer END)";

    private string IsLookAlike(MaskedColumn column) =>
        HasGenerations && LookAlikeGenerations(column.Field) is { Count: > 0 } generations
            ? $"{Generation} IN ({string.Join(", ", generations)}) AND {column.Name}::text <> '' AND NOT " +
                MaskSql.IsMask(column.Name)
            : "false";
}
