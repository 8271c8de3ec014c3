namespace FetchEtl.Logins;

/// <summary>The rows that one statement writes. Only the loop that owns the batch calls it.</summary>
internal sealed class LoginBatch(List<PendingLogin> rows)
{
    private Task? _abandoned;

    public IReadOnlyList<PendingLogin> Rows => rows;

    /// <summary>How often the batch lost against another statement.</summary>
    public int Conflicts { get; set; }

    /// <summary>Whether every caller has cancelled, in whatever state the rows are.</summary>
    public bool IsAbandoned => rows.TrueForAll(static row => row.HasLeft);

    /// <summary>Completes when no caller waits for any of the rows. It never faults.</summary>
    public Task Abandoned => _abandoned ??= EndAsync([.. rows]);

    /// <summary>Takes the rows into a statement, without the withdrawn ones.</summary>
    /// <returns>False when no row is left.</returns>
    public bool TryBegin()
    {
        rows.RemoveAll(static row => !row.TryBegin());
        return rows.Count > 0;
    }

    /// <summary>The statement failed and another follows: until then rows can be withdrawn.</summary>
    public void PutBack() => rows.ForEach(static row => row.PutBack());

    /// <summary>Completes every row that is not missing.</summary>
    public void Commit(IReadOnlyList<PendingLogin> missing)
    {
        var exceptions = missing.Count == 0 ? null : missing.ToHashSet();
        foreach (var row in rows)
        {
            if (exceptions is null || !exceptions.Contains(row))
            {
                row.Commit();
            }
        }
    }

    public void Fail(Exception exception)
    {
        foreach (var row in rows)
        {
            row.Fail(exception);
        }
    }

    /// <summary>Two batches of half the rows each.</summary>
    public (LoginBatch First, LoginBatch Second) Halve()
    {
        var half = rows.Count / 2;
        return (new LoginBatch(rows.GetRange(0, half)), new LoginBatch(rows.GetRange(half, rows.Count - half)));
    }

    private static async Task EndAsync(PendingLogin[] rows)
    {
        foreach (var row in rows)
        {
            await row.Task.WithoutThrowing();
        }
    }
}
