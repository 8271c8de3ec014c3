using FetchEtl.Masking;

namespace FetchEtl.Benchmarks;

/// <summary>The messages that were sent, by the MessageId of SQS and by the id that a row must have.</summary>
/// <param name="key">The key of the workers, which keys the message ids of rows.</param>
internal sealed class SentMessages(MessageIdKey key)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, int> _received = [];
    private readonly Dictionary<Guid, int> _stored = [];

    /// <summary>Records the MessageId of a message. Thread-safe.</summary>
    public void Add(Guid messageId, int number)
    {
        lock (_lock)
        {
            _received.Add(messageId, number);
            _stored.Add(key.Of(messageId), number);
        }
    }

    /// <summary>
    /// Returns the number of the message with this MessageId; null where the run sent none. Not safe during a send.
    /// </summary>
    public int? NumberOf(Guid? messageId) => Find(_received, messageId);

    /// <summary>
    /// Returns the number of the message whose row must have this id; null where no row may have it, so also for a
    /// MessageId as SQS gave it. Not safe during a send.
    /// </summary>
    public int? NumberOfRow(Guid? storedId) => Find(_stored, storedId);

    private static int? Find(Dictionary<Guid, int> numbers, Guid? id) =>
        id is { } known && numbers.TryGetValue(known, out var number) ? number : null;
}
