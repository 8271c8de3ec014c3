namespace FetchEtl.Local;

/// <summary>
/// A FIFO queue: strict order within a message group, and nothing from a group while one of its messages is in flight, save
/// to the receive that took it. A receive gets as many of one group as it can before it turns to the next group.
/// </summary>
internal sealed class FifoOrder : IDeliveryOrder
{
    private readonly Dictionary<string, Group> _groups = new(StringComparer.Ordinal);
    private readonly LinkedList<Group> _ready = new();

    public void Add(SqsMessage message)
    {
        var name = message.Content.GroupId!;
        if (!_groups.TryGetValue(name, out var group))
        {
            _groups.Add(name, group = new Group());
        }

        group.Messages.AddLast(message.Place);
    }

    public void Moved(SqsMessage message, MessageState from)
    {
        var group = _groups[message.Content.GroupId!];
        group.InFlight += (message.State == MessageState.InFlight ? 1 : 0) - (from == MessageState.InFlight ? 1 : 0);
        if (message.State == MessageState.Gone)
        {
            group.Messages.Remove(message.Place);
        }

        var ready = group.InFlight == 0 && group.Messages.First?.Value.State == MessageState.Visible;
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

    public SqsMessage? Next(SqsMessage? previous = null, int skip = 0) =>
        previous?.Place.Next?.Value is { State: MessageState.Visible } next ? next : _ready.First?.Value.Messages.First!.Value;

    public void PutFirst(SqsMessage message)
    {
        // A group's order is kept whatever happens.
    }

    private sealed class Group
    {
        public Group() => Ready = new(this);

        /// <summary>All that are not gone, in the order sent.</summary>
        public LinkedList<SqsMessage> Messages { get; } = new();

        public int InFlight { get; set; }

        public LinkedListNode<Group> Ready { get; }
    }
}
