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
    /// <summary>A receive returned messages: <see cref="ReceivedBatch"/>.</summary>
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

/// <summary>The messages of one receive. Its task returns the leases on those that are to be handled.</summary>
internal sealed class ReceivedBatch(IReadOnlyList<Message> messages)
    : TaskCompletionSource<IReadOnlyList<SqsMessageLease>>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public IReadOnlyList<Message> Messages => messages;
}
