namespace FetchEtl.Maintenance;

/// <summary>A column of a table whose risk is measured.</summary>
/// <param name="Name">Its plain name.</param>
/// <param name="Quoted">Its name, quoted for SQL.</param>
/// <param name="Kind">How it is read.</param>
/// <param name="IsReadable">Whether the role may read it.</param>
internal sealed record RiskTableColumn(string Name, string Quoted, RiskColumnKind Kind, bool IsReadable);

/// <summary>How a column is read.</summary>
internal enum RiskColumnKind
{
    /// <summary>By a hash of 64 bits of its text.</summary>
    Other,

    /// <summary>As the days since 2000-01-01.</summary>
    Date,

    /// <summary>As the code of a version.</summary>
    Version,
}
