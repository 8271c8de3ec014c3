namespace FetchEtl.Sqs;

/// <summary>
/// Bounds how many messages, and how many bytes of them, the process holds. A poll reserves room for the largest
/// possible batch before it calls. So batches stay full, and no bound is passed while SQS keeps its own of 1 MiB a
/// message.
/// </summary>
internal sealed class PrefetchWindow(int count, long bytes)
{
    private readonly Lock _gate = new();
    private readonly Queue<(int Count, long Bytes, TaskCompletionSource Granted)> _waiting = [];
    private int _freeCount = count;
    private long _freeBytes = bytes;

    /// <summary>Completes when so much room is reserved; first come, first served.</summary>
    public async Task ReserveAsync(int count, long bytes, CancellationToken cancellationToken)
    {
        TaskCompletionSource granted;
        lock (_gate)
        {
            if (_waiting.Count == 0 && TryTake(count, bytes))
            {
                return;
            }

            granted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue((count, bytes, granted));
        }

        await using (cancellationToken.UnsafeRegister(
            static (source, token) => ((TaskCompletionSource)source!).TrySetCanceled(token), granted))
        {
            await granted.Task;
        }
    }

    /// <summary>Returns room.</summary>
    public void Release(int count, long bytes)
    {
        lock (_gate)
        {
            _freeCount += count;
            _freeBytes += bytes;
            while (_waiting.TryPeek(out var next) && TryTake(next.Count, next.Bytes))
            {
                _waiting.Dequeue();
                if (!next.Granted.TrySetResult())
                {
                    _freeCount += next.Count;
                    _freeBytes += next.Bytes;
                }
            }
        }
    }

    /// <summary>The caller holds the lock.</summary>
    private bool TryTake(int count, long bytes)
    {
        if (_freeCount < count || _freeBytes < bytes)
        {
            return false;
        }

        _freeCount -= count;
        _freeBytes -= bytes;
        return true;
    }
}
