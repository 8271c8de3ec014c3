namespace FetchEtl.Local;

/// <summary>
/// The order of a standard queue: the message that became visible first. SQS promises less; a fixed order makes tests
/// repeatable.
/// </summary>
internal sealed class StandardOrder : IDeliveryOrder
{
    private readonly LinkedList<StoredMessage> _visible = new();

    public void Add(StoredMessage message)
    {
        // The message gets its place when it becomes visible.
    }

    public void Moved(StoredMessage message, MessageState from)
    {
        if (from == MessageState.Visible)
        {
            _visible.Remove(message.Place);
        }

        if (message.State == MessageState.Visible)
        {
            _visible.AddLast(message.Place);
        }
    }

    public StoredMessage? Next(StoredMessage? previous = null, int skip = 0)
    {
        var place = _visible.First;
        for (; skip > 0; skip--)
        {
            place = place?.Next;
        }

        return place?.Value;
    }

    public void PutFirst(StoredMessage message)
    {
        _visible.Remove(message.Place);
        _visible.AddFirst(message.Place);
    }
}
