using System.Collections.Concurrent;
using Npgsql;

namespace FetchEtl.Logins.Tests;

/// <summary>A statement without a server: a plan says how each row ends.</summary>
internal sealed class PlannedStatement : IBatchStatement
{
    /// <summary>A plan that drops the row without an error.</summary>
    public const string Dropped = "dropped";

    /// <summary>A plan that ends the statement at its timeout.</summary>
    public const string TooSlow = "too slow";

    private readonly ConcurrentDictionary<Guid, bool> _rows = new();
    private readonly ConcurrentQueue<int> _sizes = new();
    private readonly Lock _lock = new();
    private int _running;

    /// <summary>The SQLSTATE for a row, <see cref="Dropped"/>, or null to insert it.</summary>
    public Func<UserLogin, string?> Plan { get; set; } = static _ => null;

    /// <summary>The failure of a statement of so many rows, before any row is looked at.</summary>
    public Func<int, string?> PlanOfStatement { get; set; } = static _ => null;

    /// <summary>Awaited by each statement before any row is looked at.</summary>
    public Func<Task> Work { get; set; } = static () => Task.CompletedTask;

    public int Rows => _rows.Count;

    /// <summary>The largest number of statements that ran at the same time.</summary>
    public int MostAtOnce { get; private set; }

    /// <summary>The number of rows of each statement so far.</summary>
    public int[] Sizes => [.. _sizes];

    public async Task<BatchWrite> RunAsync(LoginBatch batch, CancellationToken stopping)
    {
        _sizes.Enqueue(batch.Rows.Count);
        Count(1);
        try
        {
            await Work();
            return Write(batch);
        }
        finally
        {
            Count(-1);
        }
    }

    private BatchWrite Write(LoginBatch batch)
    {
        Throw(PlanOfStatement(batch.Rows.Count));
        var missing = new List<PendingLogin>();
        foreach (var row in batch.Rows)
        {
            if (Plan(row.Login) == Dropped)
            {
                missing.Add(row);
            }
            else
            {
                Throw(Plan(row.Login));
            }
        }

        var inserted = batch.Rows.Except(missing).Count(row => _rows.TryAdd(row.Login.MessageId!.Value, true));
        return new BatchWrite(inserted, missing);
    }

    private void Count(int change)
    {
        lock (_lock)
        {
            _running += change;
            MostAtOnce = Math.Max(MostAtOnce, _running);
        }
    }

    private static void Throw(string? failure)
    {
        if (failure == TooSlow)
        {
            throw new DatabaseFaultException(DatabaseFaults.CommandTimeout(30));
        }

        if (failure is not null)
        {
            throw new PostgresException("server text", "ERROR", "ERROR", failure);
        }
    }
}
