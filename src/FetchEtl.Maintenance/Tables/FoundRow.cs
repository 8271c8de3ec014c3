namespace FetchEtl.Maintenance;

/// <summary>A locked row. Its values may be raw, so it is a class, not a record: nothing prints them.</summary>
internal sealed class FoundRow(string id, string?[] values)
{
    /// <summary>The row's place as PostgreSQL writes a tid. It is valid while the row's lock is held.</summary>
    public string Id => id;

    /// <summary>The generation of the row's look-alike masks; null where it has none, or none was read.</summary>
    public short? Generation { get; set; }

    /// <summary>The values, in the order of the columns that were read.</summary>
    public string?[] Values => values;
}
