namespace FetchEtl.Local;

/// <summary>
/// The order of a FIFO queue: strict within a message group. A message in flight hides those behind it in its group,
/// and none before it. A receive gets all that it can from one group before it takes from the next. Recorded at AWS:
/// LocalStack's validated tests <c>test_fifo_message_group_visibility_after_…</c>.
/// </summary>
internal sealed class FifoOrder : IDeliveryOrder
{
    private readonly Dictionary<string, Group> _groups = new(StringComparer.Ordinal);
    private readonly LinkedList<Group> _ready = new();

    public void Add(StoredMessage message)
    {
        var name = message.Content.GroupId!;
        if (!_groups.TryGetValue(name, out var group))
        {
            _groups.Add(name, group = new Group());
        }

        group.Messages.AddLast(message.Place);
    }

    public void Moved(StoredMessage message, MessageState from)
    {
        var group = _groups[message.Content.GroupId!];
        if (message.State == MessageState.Gone)
        {
            group.Messages.Remove(message.Place);
        }

        var ready = group.Messages.First?.Value.State == MessageState.Visible;
        if (ready && group.Ready.List is null)
        {
            _ready.AddLast(group.Ready);
        }
        else if (!ready && group.Ready.List is not null)
        {
            _ready.Remove(group.Ready);
        }

        if (group.Messages.Count == 0)
        {
            _groups.Remove(message.Content.GroupId!);
        }
    }

    public StoredMessage? Next(StoredMessage? previous = null, int skip = 0) =>
        previous?.Place.Next?.Value is { State: MessageState.Visible } next
            ? next
            : _ready.First?.Value.Messages.First!.Value;

    public void PutFirst(StoredMessage message)
    {
        // A FIFO queue keeps the order of each group.
    }

    private sealed class Group
    {
        public Group() => Ready = new(this);

        /// <summary>All messages that are not gone, in the order in which they were sent.</summary>
        public LinkedList<StoredMessage> Messages { get; } = new();

        public LinkedListNode<Group> Ready { get; }
    }
}
