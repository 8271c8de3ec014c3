namespace FetchEtl.Benchmarks;

/// <summary>
/// A commit that consumers wait for. Before <see cref="Begin"/> it counts as complete, so no consumer waits.
/// </summary>
/// <remarks>
/// Each waiter has a task of its own, as each row has in the writer. One task for all would resume all waiters but the
/// last on other threads, and the benchmark would measure these switches.
/// </remarks>
internal sealed class Commit
{
    private List<TaskCompletionSource>? _waiting;

    /// <summary>Returns a task that completes with the commit.</summary>
    public Task WaitAsync()
    {
        if (_waiting is null)
        {
            return Task.CompletedTask;
        }

        var waiter = new TaskCompletionSource();
        _waiting.Add(waiter);
        return waiter.Task;
    }

    /// <summary>Begins a commit: consumers wait from now on.</summary>
    public void Begin() => _waiting = new List<TaskCompletionSource>(SampleMessages.Count);

    /// <summary>Completes the commit and all waiters.</summary>
    public void End()
    {
        _waiting!.ForEach(static waiter => waiter.SetResult());
        _waiting = null;
    }
}
