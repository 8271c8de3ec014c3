namespace FetchEtl.Logins;

/// <summary>A table whose columns can be lifted: it was looked at, and all names are quoted for SQL.</summary>
/// <param name="Name">The table's name.</param>
/// <param name="Columns">The columns, quoted.</param>
/// <param name="Required">Those of <paramref name="Columns"/> that are NOT NULL.</param>
internal sealed record LiftTable(string Name, IReadOnlyList<LiftColumn> Columns, IReadOnlyList<LiftColumn> Required)
{
    /// <summary>A FROM clause that gives each column's value as a row of its own: <c>place</c>, an index of <see cref="Columns"/>, and <c>value</c>.</summary>
    public string Values =>
        $"""
        FROM ONLY {Name} CROSS JOIN LATERAL (VALUES
            {string.Join(", ", Columns.Select((column, place) => $"({place}, {column.Name}::text COLLATE \"C\")"))}) AS v (place, value)
        """;
}
