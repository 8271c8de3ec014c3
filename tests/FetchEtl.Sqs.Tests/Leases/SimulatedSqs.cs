namespace FetchEtl.Sqs.Tests;

/// <summary>
/// SQS with one message. Each receive returns a handle with its own end, SQS honours the newest handle, and the message
/// stays invisible for at most twelve hours after a receive.
/// </summary>
internal sealed class SimulatedSqs
{
    private readonly Dictionary<string, Receipt> _receipts = [];

    /// <summary>The latest receive.</summary>
    public Receipt? Newest { get; private set; }

    public bool IsDeleted { get; private set; }

    /// <summary>Changes whenever visibility may have changed.</summary>
    public int Version { get; private set; }

    public bool IsVisible(TimeSpan now) => !IsDeleted && (Newest is null || now >= Newest.End);

    public Receipt Find(string handle) => _receipts[handle];

    public Receipt Receive(bool byUs, TimeSpan visibilityTimeout, TimeSpan now)
    {
        Version++;
        var count = _receipts.Count + 1;
        Newest = new Receipt($"{(byUs ? "ours" : "theirs")}-{count}", count, now) { End = now + visibilityTimeout };
        _receipts.Add(Newest.Handle, Newest);
        return Newest;
    }

    /// <summary>As in SQS, a delete with an older handle succeeds and deletes nothing.</summary>
    public SqsReply Delete(string handle)
    {
        if (handle == Newest?.Handle)
        {
            Version++;
            IsDeleted = true;
        }

        return SqsReply.Accepted;
    }

    public SqsReply ChangeVisibility(string handle, TimeSpan time, TimeSpan now)
    {
        var receipt = _receipts[handle];
        if (IsDeleted || receipt != Newest || now >= receipt.End || PassesCap(receipt, time, now))
        {
            return SqsReply.RefusedForGood;
        }

        Version++;
        receipt.End = now + time;
        return SqsReply.Accepted;
    }

    public static bool PassesCap(Receipt receipt, TimeSpan time, TimeSpan now) =>
        now + time - receipt.ReceivedAt > TimeSpan.FromHours(12);

    /// <summary>One receive of the message.</summary>
    internal sealed record Receipt(string Handle, int Count, TimeSpan ReceivedAt)
    {
        /// <summary>When the message becomes visible, unless there is a newer receive.</summary>
        public TimeSpan End { get; set; }
    }
}
