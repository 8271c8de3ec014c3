namespace FetchEtl.Benchmarks;

/// <summary>A commit that consumers wait for. Until <see cref="Begin"/> it counts as over, so nobody waits.</summary>
/// <remarks>
/// Each waiter has a task of its own, as each row has. One task for all would resume all but the last of its waiters on
/// other threads, and measure those hops.
/// </remarks>
internal sealed class Commit
{
    private List<TaskCompletionSource>? _waiting;

    /// <summary>Completes with the commit.</summary>
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

    public void Begin() => _waiting = new List<TaskCompletionSource>(SampleMessages.Count);

    public void End()
    {
        _waiting!.ForEach(static waiter => waiter.SetResult());
        _waiting = null;
    }
}
