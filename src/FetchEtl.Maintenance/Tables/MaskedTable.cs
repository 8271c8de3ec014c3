namespace FetchEtl.Maintenance;

/// <summary>A table that passed <see cref="MaskedTableInspection"/>; all names are quoted for SQL.</summary>
/// <param name="Name">The table's name.</param>
/// <param name="Columns">The columns.</param>
/// <param name="Required">The columns of <paramref name="Columns"/> that are NOT NULL.</param>
internal sealed record MaskedTable(
    string Name, IReadOnlyList<MaskedColumn> Columns, IReadOnlyList<MaskedColumn> Required)
{
    /// <summary>
    /// A FROM clause that returns each column's value as a row: <c>place</c>, an index of <see cref="Columns"/>, and
    /// <c>value</c>.
    /// </summary>
    public string Values =>
        $"""
        FROM ONLY {Name} CROSS JOIN LATERAL (VALUES
            {string.Join(", ", Columns.Select((column, place) => $"({place}, {column.Name}::text COLLATE \"C\")"))}
        ) AS v (place, value)
        """;
}
