using System.Globalization;
using Amazon.SQS;
using Amazon.SQS.Model;

namespace FetchEtl.Benchmarks;

/// <summary>
/// A standard queue with a redrive policy. It keeps SQS's promises and no more: the newest handle of a message counts,
/// a delete by an older one succeeds and deletes nothing, and a message may come twice.
/// </summary>
internal sealed class SimulatedQueue(
    SimulatedWorld world, SchedulePlan plan, ActiveFaults faults, ScheduleJudge judge, SimulatedPostgres postgres)
{
    private const int MostRepeats = 3;

    private readonly List<StoredMessage> _messages = [];
    private readonly List<StoredMessage> _deleted = [];
    private TaskCompletionSource _changed = new();
    private int _receipts;
    private int _sent;

    /// <summary>Whether every message of the plan was sent, and none is left.</summary>
    public bool IsDone => _sent == plan.Messages.Count && _messages.Count == 0;

    /// <summary>Completes when the queue has changed.</summary>
    public Task Changed => _changed.Task;

    public void Send(int number)
    {
        world.Trace.Write($"message {number} is sent");
        _messages.Add(new StoredMessage(number, Id(), world.UtcNow));
        _sent++;
        Signal();
    }

    /// <summary>When the next message becomes visible; null where the queue is empty.</summary>
    public TimeSpan? NextVisibleAt => _messages.Count == 0 ? null : _messages.Min(x => x.VisibleAt);

    public List<Message> Receive(int count, TimeSpan visibilityTimeout, string worker)
    {
        Redrive();
        var found = new List<Message>();
        var candidates = _messages.FindAll(x => x.VisibleAt <= world.Now || ComesAgain(x, Hazard.DeliveredTwice));
        candidates.AddRange(_deleted.FindAll(x => ComesAgain(x, Hazard.DeletedDelivered)));

        while (found.Count < count && candidates.Count > 0)
        {
            var pick = world.Random.Next(candidates.Count);
            var message = candidates[pick];
            candidates.RemoveAt(pick);
            if (_deleted.Remove(message))
            {
                _messages.Add(message);
            }

            message.Repeats += message.VisibleAt > world.Now ? 1 : 0;

            message.Receives++;
            message.Holder = worker;
            message.VisibleAt = world.Now + visibilityTimeout;
            message.Handle = $"r{++_receipts}";
            world.Trace.Write($"SQS delivers {message.Number} as {message.Handle}, receive {message.Receives}");
            found.Add(message.Deliver());
        }

        return found;
    }

    /// <summary>
    /// How many messages are left that a worker can know of: sent before a time and, where the counts are stale, not
    /// hidden by another worker since.
    /// </summary>
    public int LeftFor(string worker, TimeSpan time)
    {
        var isStale = plan.Faults.Any(fault => fault.Hazard == Hazard.CountsStale);
        return _messages.Count(x =>
            plan.SentAt[x.Number] < time && (!isStale || x.Holder == worker || x.VisibleAt < time));
    }

    public void Delete(string handle)
    {
        world.Trace.Write($"SQS deletes {handle}");
        if (_messages.Find(x => x.Handle == handle) is { } message)
        {
            _messages.Remove(message);
            _deleted.Add(message);
            message.VisibleAt = TimeSpan.MaxValue;
            judge.Deleted(message.Number, postgres.HasDurableRow(message.Number));
        }
    }

    /// <summary>False where the message is not in flight under this handle.</summary>
    public bool ChangeVisibility(string handle, TimeSpan time)
    {
        world.Trace.Write($"SQS hides {handle} for {time}");
        if (_messages.Find(x => x.Handle == handle) is not { } message || message.VisibleAt <= world.Now)
        {
            return false;
        }

        message.VisibleAt = world.Now + time;
        Signal();
        return true;
    }

    public void SendDeadLetter(string body)
    {
        world.Trace.Write($"SQS gets a dead letter for {body}");
        judge.DeadLettered(int.Parse(body, CultureInfo.InvariantCulture), byRedrive: false);
    }

    public Dictionary<string, string> Counts()
    {
        var visible = _messages.Count(x => x.VisibleAt <= world.Now);
        var isStale = faults.Strikes(Hazard.CountsStale) is not null;
        return new(StringComparer.Ordinal)
        {
            [QueueAttributeName.ApproximateNumberOfMessages] = Text(isStale ? 0 : visible),
            [QueueAttributeName.ApproximateNumberOfMessagesNotVisible] = Text(isStale ? 0 : _messages.Count - visible),
            [QueueAttributeName.ApproximateNumberOfMessagesDelayed] = Text(0),
        };
    }

    /// <summary>Whether SQS delivers a message that it should not, which it does a few times at most.</summary>
    private bool ComesAgain(StoredMessage message, Hazard hazard) =>
        message.Repeats < MostRepeats && faults.Strikes(hazard) is not null;

    private static string Text(int count) => count.ToString(CultureInfo.InvariantCulture);

    /// <summary>SQS moves a message to the dead-letter queue instead of delivering it once too often.</summary>
    private void Redrive()
    {
        foreach (var message in _messages.FindAll(x => x.Receives >= plan.MaxReceives && x.VisibleAt <= world.Now))
        {
            _messages.Remove(message);
            judge.DeadLettered(message.Number, byRedrive: true);
        }
    }

    private void Signal()
    {
        var changed = _changed;
        _changed = new TaskCompletionSource();
        changed.SetResult();
    }

    private string Id()
    {
        Span<byte> bytes = stackalloc byte[16];
        world.Random.NextBytes(bytes);
        return new Guid(bytes).ToString();
    }

    private sealed class StoredMessage(int number, string id, DateTimeOffset sent)
    {
        public int Number => number;

        public int Receives { get; set; }

        /// <summary>How often SQS delivered it although it was in flight or deleted.</summary>
        public int Repeats { get; set; }

        public TimeSpan VisibleAt { get; set; }

        public string? Handle { get; set; }

        /// <summary>The worker that received it last.</summary>
        public string? Holder { get; set; }

        public Message Deliver() => new()
        {
            MessageId = id,
            ReceiptHandle = Handle,
            Body = Text(number),
            Attributes = new(StringComparer.Ordinal)
            {
                [MessageSystemAttributeName.ApproximateReceiveCount] = Text(Receives),
                [MessageSystemAttributeName.SentTimestamp] =
                    sent.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
            },
        };
    }
}
