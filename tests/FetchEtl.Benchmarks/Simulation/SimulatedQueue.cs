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
    private readonly List<StoredMessage> _messages = [];
    private readonly List<StoredMessage> _deleted = [];
    private TaskCompletionSource _changed = new();
    private int _receipts;
    private int _sent;

    /// <summary>Messages that are neither deleted nor dead-lettered.</summary>
    public int Left => _messages.Count;

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

    public List<Message> Receive(int count, TimeSpan visibilityTimeout)
    {
        Redrive();
        var found = new List<Message>();
        var candidates = _messages.FindAll(x => x.VisibleAt <= world.Now
            || faults.Strikes(Hazard.DeliveredTwice) is not null);
        if (faults.Active(Hazard.DeletedDelivered) is not null)
        {
            candidates.AddRange(_deleted.FindAll(_ => faults.Strikes(Hazard.DeletedDelivered) is not null));
        }

        while (found.Count < count && candidates.Count > 0)
        {
            var pick = world.Random.Next(candidates.Count);
            var message = candidates[pick];
            candidates.RemoveAt(pick);
            if (_deleted.Remove(message))
            {
                _messages.Add(message);
            }

            message.Receives++;
            message.VisibleAt = world.Now + visibilityTimeout;
            message.Handle = $"r{++_receipts}";
            world.Trace.Write($"SQS delivers {message.Number} as {message.Handle}, receive {message.Receives}");
            found.Add(message.Deliver());
        }

        return found;
    }

    public void Delete(string handle)
    {
        world.Trace.Write($"SQS deletes {handle}");
        if (_messages.Find(x => x.Handle == handle) is { } message)
        {
            _messages.Remove(message);
            _deleted.Add(message);
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

        public TimeSpan VisibleAt { get; set; }

        public string? Handle { get; set; }

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
