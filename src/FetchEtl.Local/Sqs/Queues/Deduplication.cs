namespace FetchEtl.Local;

/// <summary>
/// Remembers the messages that a FIFO queue accepted in the last five minutes, also after they were deleted. A purge
/// forgets them.
/// </summary>
internal sealed class Deduplication
{
    private readonly Dictionary<(string? Scope, string Id), StoredMessage> _sent = [];
    private readonly Queue<((string? Scope, string Id) Key, long Until)> _byAge = new();

    /// <summary>The message that was sent under this id within the interval, or null.</summary>
    public StoredMessage? Find(string? scope, string id, long now)
    {
        while (_byAge.TryPeek(out var oldest) && oldest.Until <= now)
        {
            _sent.Remove(_byAge.Dequeue().Key);
        }

        return _sent.GetValueOrDefault((scope, id));
    }

    public void Clear()
    {
        _sent.Clear();
        _byAge.Clear();
    }

    public void Remember(string? scope, string id, StoredMessage message, long now)
    {
        if (_sent.TryAdd((scope, id), message))
        {
            _byAge.Enqueue(((scope, id), now + (Quotas.DeduplicationSeconds * 1000L)));
        }
    }
}
