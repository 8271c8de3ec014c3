namespace FetchEtl.Logins;

/// <summary>A locked row. Its values may be raw: a class, so that nothing prints them.</summary>
internal sealed class FoundRow(string id, string?[] values)
{
    /// <summary>Where the row stands, as PostgreSQL writes a tid; good for as long as its lock is held.</summary>
    public string Id => id;

    /// <summary>The columns' values, in the order in which they were asked for.</summary>
    public string?[] Values => values;
}
