namespace FetchEtl.Sqs.Rider;

/// <summary>
/// Bounds how many messages the process holds. A poll reserves room for a whole batch before it asks, so that batches stay full
/// and the bound is never passed.
/// </summary>
internal sealed class PrefetchWindow(int size)
{
    private readonly Lock _gate = new();
    private readonly Queue<(int Count, TaskCompletionSource Granted)> _waiting = [];
    private int _free = size;

    /// <summary>Completes when <paramref name="count"/> places are reserved; first come, first served.</summary>
    public async Task ReserveAsync(int count, CancellationToken cancellationToken)
    {
        TaskCompletionSource granted;
        lock (_gate)
        {
            if (_waiting.Count == 0 && _free >= count)
            {
                _free -= count;
                return;
            }

            granted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue((count, granted));
        }

        await using (cancellationToken.UnsafeRegister(static (source, token) => ((TaskCompletionSource)source!).TrySetCanceled(token), granted))
        {
            await granted.Task;
        }
    }

    /// <summary>Gives places back.</summary>
    public void Release(int count)
    {
        lock (_gate)
        {
            _free += count;
            while (_waiting.TryPeek(out var next) && _free >= next.Count)
            {
                _waiting.Dequeue();
                if (next.Granted.TrySetResult())
                {
                    _free -= next.Count;
                }
            }
        }
    }
}
