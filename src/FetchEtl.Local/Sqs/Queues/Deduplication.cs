namespace FetchEtl.Local;

/// <summary>A FIFO queue's memory of what was sent in the last five minutes, whether received and deleted or not.</summary>
internal sealed class Deduplication
{
    private const long IntervalMilliseconds = 5 * 60 * 1000;

    private readonly Dictionary<(string? Scope, string Id), SqsMessage> _sent = [];
    private readonly Queue<((string? Scope, string Id) Key, long Until)> _byAge = new();

    /// <summary>The message that was sent under this id within the interval.</summary>
    public SqsMessage? Find(string? scope, string id, long now)
    {
        while (_byAge.TryPeek(out var oldest) && oldest.Until <= now)
        {
            _sent.Remove(_byAge.Dequeue().Key);
        }

        return _sent.GetValueOrDefault((scope, id));
    }

    public void Remember(string? scope, string id, SqsMessage message, long now)
    {
        if (_sent.TryAdd((scope, id), message))
        {
            _byAge.Enqueue(((scope, id), now + IntervalMilliseconds));
        }
    }
}
