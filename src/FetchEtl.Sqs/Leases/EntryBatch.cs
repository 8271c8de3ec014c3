using System.Runtime.InteropServices;

namespace FetchEtl.Sqs;

/// <summary>
/// Gathers entries for batch calls. A call takes ten entries, or fewer where their dead letters fill 1 MiB. A partial
/// call is due when its first entry has waited for <paramref name="linger"/>. One thread at a time uses it.
/// </summary>
/// <param name="linger">How long an entry may wait for others.</param>
internal sealed class EntryBatch(TimeSpan linger)
{
    private readonly Queue<(LeaseEntry Entry, TimeSpan DueAt)> _waiting = [];
    private long _bytes;

    /// <summary>
    /// When the next call is due at the latest; <see cref="TimeSpan.MaxValue"/> while no entry waits.
    /// </summary>
    public TimeSpan DueAt => _waiting.TryPeek(out var first) ? first.DueAt : TimeSpan.MaxValue;

    public int Count => _waiting.Count;

    public void Add(LeaseEntry entry, TimeSpan now)
    {
        _waiting.Enqueue((entry, now + linger));
        _bytes += entry.Bytes;
    }

    /// <summary>All entries, whether they are due or not.</summary>
    public IReadOnlyList<LeaseEntry> TakeAll()
    {
        List<LeaseEntry> all = [.. _waiting.Select(x => x.Entry)];
        _waiting.Clear();
        _bytes = 0;
        return all;
    }

    /// <summary>The entries of the next call; null while it would be partial and is not due.</summary>
    public List<LeaseEntry>? Take(TimeSpan now)
    {
        if (_waiting.Count < SqsLimits.EntriesPerCall && _bytes < SqsLimits.CallBytes && now < DueAt)
        {
            return null;
        }

        var call = new List<LeaseEntry>(SqsLimits.EntriesPerCall);
        var bytes = 0;
        while (call.Count < SqsLimits.EntriesPerCall
            && _waiting.TryPeek(out var next)
            && (call.Count == 0 || bytes + next.Entry.Bytes <= SqsLimits.CallBytes))
        {
            call.Add(_waiting.Dequeue().Entry);
            bytes += next.Entry.Bytes;
        }

        _bytes -= bytes;
        return call;
    }
}

/// <summary>One entry of a batch call.</summary>
/// <param name="Lease">The message.</param>
/// <param name="ReceiptHandle">The delivery of it.</param>
/// <param name="Time">The new visibility timeout; null where the message is deleted or sent.</param>
/// <param name="DeadLetter">What is sent to the dead-letter queue; null for the other calls.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LeaseEntry(
    SqsMessageLease Lease, string ReceiptHandle, TimeSpan? Time = null, DeadLetter? DeadLetter = null)
{
    /// <summary>What counts towards the size of a call.</summary>
    public int Bytes => DeadLetter?.Bytes ?? 0;
}
