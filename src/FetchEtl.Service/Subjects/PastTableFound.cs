using FetchEtl.Maintenance;

namespace FetchEtl.Service;

/// <summary>A person's rows in a table beside <c>user_logins</c> that held rows of it.</summary>
/// <param name="Name">The table.</param>
/// <param name="Rows">The number; null where the table was not searched.</param>
/// <param name="FirstRow">The date of the oldest.</param>
/// <param name="LastRow">The date of the newest.</param>
/// <param name="Problem">Why it was not searched; else null.</param>
internal sealed record PastTableFound(
    string Name, long? Rows, DateOnly? FirstRow, DateOnly? LastRow, string? Problem)
{
    /// <summary>Counts the rows of each table, and warns of those that cannot be searched.</summary>
    public static async Task<IReadOnlyList<PastTableFound>> CountAsync(
        SubjectSession session, CancellationToken cancellationToken)
    {
        var found = new List<PastTableFound>();
        foreach (var rows in session.PastRows)
        {
            var counts = await rows.CountAsync(cancellationToken);
            found.Add(new PastTableFound(rows.Table, counts.Rows, counts.First, counts.Last, Problem: null));
        }

        foreach (var table in session.PastTables.Where(table => table.Problem is not null))
        {
            Warn(table);
            found.Add(new PastTableFound(table.Name, Rows: null, FirstRow: null, LastRow: null, table.Problem));
        }

        return found;
    }

    /// <summary>Warns of a table that was not searched, or not erased.</summary>
    public static void Warn(PastTable table) => Warnings.Write(
        $"{table.Name} can hold rows of this person, and was left out: {table.Problem}. Remedy: grant the role SELECT, "
        + "UPDATE and DELETE on it, or use the role of its owner, and run this again; or drop the table");
}
