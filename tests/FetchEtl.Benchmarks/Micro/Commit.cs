namespace FetchEtl.Benchmarks;

/// <summary>A commit that consumers wait for: done already unless begun.</summary>
internal sealed class Commit
{
    private TaskCompletionSource? _pending;

    public Task Task => _pending?.Task ?? Task.CompletedTask;

    public void Begin() => _pending = new TaskCompletionSource();

    public void End() => _pending!.SetResult();
}
