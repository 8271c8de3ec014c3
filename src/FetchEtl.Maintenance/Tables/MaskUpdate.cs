using FetchEtl.Logins;
using Npgsql;

namespace FetchEtl.Maintenance;

/// <summary>Writes new values into rows of a range, in one statement.</summary>
/// <param name="table">The table.</param>
/// <param name="setsGeneration">Whether the rows' generations are written too.</param>
internal sealed class MaskUpdate(MaskedTable table, bool setsGeneration = false)
{
    // The range stands here again: without it the planner may read the whole table to find the rows.
    private string Sql(TablePart part) =>
        $"""
        UPDATE {part.From} AS t
        SET {string.Join(", ", table.Columns.Select((column, place) => $"{column.Name} = u.v{place}"))}
            {(setsGeneration ? $", {MaskedTable.GenerationColumn} = u.generation" : string.Empty)}
        FROM unnest(@ids::tid[], {string.Join(", ", table.Columns.Select((_, place) => $"@v{place}"))}
            {(setsGeneration ? ", @generations" : string.Empty)})
            AS u (id, {string.Join(", ", table.Columns.Select((_, place) => $"v{place}"))}
            {(setsGeneration ? ", generation" : string.Empty)})
        WHERE t.ctid = u.id AND t.ctid >= @from AND t.ctid < @to AND {part.Condition}
        """;

    /// <param name="database">The session, in the transaction that holds the rows' locks.</param>
    /// <param name="range">The range that holds the rows.</param>
    /// <param name="rows">The rows, with their new values.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <returns>
    /// The number of rows that were changed. A row that moved out of the range is left for the next walk.
    /// </returns>
    public Task<int> RunAsync(
        LoginDatabase database, BlockRange range, IReadOnlyList<FoundRow> rows, CancellationToken cancellationToken)
    {
        var parameters = new List<NpgsqlParameter>
        {
            SqlCommands.Parameter("from", range.From, "tid"),
            SqlCommands.Parameter("to", range.To, "tid"),
            SqlCommands.Parameter<string[]>("ids", [.. rows.Select(row => row.Id)]),
        };
        for (var place = 0; place < table.Columns.Count; place++)
        {
            var column = place;
            var values = rows.Select(row => row.Values[column]).ToArray();
            parameters.Add(SqlCommands.Parameter($"v{place}", values, "text[]"));
        }

        if (setsGeneration)
        {
            var generations = rows.Select(row => row.Generation).ToArray();
            parameters.Add(SqlCommands.Parameter("generations", generations, "smallint[]"));
        }

        return database.ExecuteAsync(Sql(range.Part), cancellationToken, [.. parameters]);
    }
}
