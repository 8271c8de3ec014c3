namespace FetchEtl.Local;

/// <summary>A standard queue: whatever became visible first. SQS promises less; tests want the same run twice.</summary>
internal sealed class StandardOrder : IDeliveryOrder
{
    private readonly LinkedList<SqsMessage> _visible = new();

    public void Add(SqsMessage message)
    {
        // It takes its place when it becomes visible.
    }

    public void Moved(SqsMessage message, MessageState from)
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

    public SqsMessage? Next(SqsMessage? previous = null, int skip = 0)
    {
        var place = _visible.First;
        for (; skip > 0; skip--)
        {
            place = place?.Next;
        }

        return place?.Value;
    }

    public void PutFirst(SqsMessage message)
    {
        _visible.Remove(message.Place);
        _visible.AddFirst(message.Place);
    }
}
