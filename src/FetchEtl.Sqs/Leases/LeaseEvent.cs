using System.Runtime.InteropServices;
using Amazon.SQS.Model;

namespace FetchEtl.Sqs;

/// <summary>Something that happened to an endpoint's leases.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Lease">The message that it happened to, if it was one.</param>
/// <param name="Data">See <see cref="LeaseEventKind"/>.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LeaseEvent(LeaseEventKind Kind, SqsMessageLease? Lease = null, object? Data = null);

/// <summary>What can happen to an endpoint's leases.</summary>
internal enum LeaseEventKind
{
    /// <summary>A receive brought messages: <see cref="ReceivedBatch"/>.</summary>
    Received,

    /// <summary>The consumers handled a message.</summary>
    Completed,

    /// <summary>The consumers failed: an exception.</summary>
    Faulted,

    /// <summary>A message goes back unhandled.</summary>
    Released,

    /// <summary>SQS answered a call: <see cref="AnsweredCall"/>.</summary>
    Answered,

    /// <summary>A timer fired: something may be due.</summary>
    Wake,

    /// <summary>No message follows. The loop ends when all leases are closed.</summary>
    Stop,

    /// <summary>Every lease gets one last call.</summary>
    GiveUp,
}

/// <summary>The messages of one receive.</summary>
/// <param name="messages">As received.</param>
internal sealed class ReceivedBatch(IReadOnlyList<Message> messages)
    : TaskCompletionSource<IReadOnlyList<SqsMessageLease>>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public IReadOnlyList<Message> Messages => messages;
}

/// <summary>What a call is for.</summary>
internal enum LeaseCallKind
{
    Renewal,
    Settlement,
    DeadLetter,
}

/// <summary>One entry of a batch call.</summary>
/// <param name="Lease">The message.</param>
/// <param name="ReceiptHandle">The delivery of it.</param>
/// <param name="Time">The new visibility timeout; null where the message is deleted or sent.</param>
/// <param name="DeadLetter">What is sent to the dead-letter queue; null for the other calls.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LeaseEntry(
    SqsMessageLease Lease, string ReceiptHandle, TimeSpan? Time = null, DeadLetter? DeadLetter = null);

/// <summary>A call that has ended.</summary>
/// <param name="Kind">What it was for.</param>
/// <param name="Entries">What was asked.</param>
/// <param name="Answers">The answer to each entry.</param>
/// <param name="Problem">Why entries were refused; null where none was.</param>
internal sealed record AnsweredCall(
    LeaseCallKind Kind, IReadOnlyList<LeaseEntry> Entries, IReadOnlyList<EntryAnswer> Answers, string? Problem);
