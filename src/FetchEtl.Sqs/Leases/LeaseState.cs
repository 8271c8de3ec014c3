namespace FetchEtl.Sqs;

/// <summary>The states of a lease, in the only order in which they follow each other.</summary>
internal enum LeaseState
{
    /// <summary>The message is handled here, or its dead letter is under way. The lease is renewed.</summary>
    Held,

    /// <summary>The outcome is decided: SQS is asked to delete the message, or to make it visible again.</summary>
    Settling,

    /// <summary>SQS answered the settlement, or the lease was lost. SQS is asked for nothing more.</summary>
    Closed,
}

/// <summary>What a lease needs from its loop after an event.</summary>
internal enum LeaseAction
{
    None,

    /// <summary>
    /// Hide the message for another <see cref="Lease.RenewalTime"/>, by <see cref="Lease.NewestHandle"/>.
    /// </summary>
    Renew,

    /// <summary>Send the message to the dead-letter queue.</summary>
    SendDeadLetter,

    /// <summary>Ask SQS for <see cref="Lease.Settlement"/> on each of <see cref="Lease.Outgoing"/>.</summary>
    Settle,

    /// <summary>Call <see cref="Lease.Tick"/> at <see cref="Lease.RetryAt"/>.</summary>
    Wait,

    /// <summary>Forget the lease: it has just been closed.</summary>
    Close,
}

/// <summary>How SQS answered one entry of a call.</summary>
internal enum EntryAnswer
{
    Accepted,

    /// <summary>SQS may accept the same entry later: it throttled, failed, or could not be reached.</summary>
    RefusedForNow,

    /// <summary>SQS will never accept this entry: for example, the receipt handle has expired.</summary>
    RefusedForGood,
}

/// <summary>What SQS is asked to do with a message whose outcome is decided.</summary>
/// <param name="ReturnDelay">When the message becomes visible again; null to delete it.</param>
internal readonly record struct Settlement(TimeSpan? ReturnDelay)
{
    /// <summary>The message was consumed, or its dead letter was accepted.</summary>
    public static Settlement Delete => default;

    /// <summary>Another worker may have the message at once.</summary>
    public static Settlement Release => new(TimeSpan.Zero);

    /// <summary>True when the message is deleted rather than returned.</summary>
    public bool Deletes => ReturnDelay is null;
}
