namespace FetchEtl.Sqs.Tests;

/// <summary>
/// A lease under test: the state machine of FetchEtl.Sqs, or a mutant compiled from its changed source.
/// </summary>
public interface ILeaseMachine
{
    string NewestHandle { get; }

    /// <summary>The delay of a settlement that returns the message; null for one that deletes it.</summary>
    TimeSpan? ReturnDelay { get; }

    IReadOnlyList<string> Outgoing { get; }

    int Refusals { get; }

    TimeSpan RetryAt { get; }

    TimeSpan RenewalTime { get; }

    bool WasLost { get; }

    bool WasDeleted { get; }

    LeaseStep DeliveredAgain(string receiptHandle, int receiveCount, TimeSpan now);

    LeaseStep Completed(TimeSpan now);

    LeaseStep Returned(TimeSpan delay, TimeSpan now);

    LeaseStep Rejected(TimeSpan now);

    LeaseStep DeadLetterAnswered(bool accepted, TimeSpan delay, TimeSpan now);

    LeaseStep Tick(TimeSpan now, bool stopping);

    LeaseStep RenewalAnswered(string receiptHandle, SqsReply reply, TimeSpan now);

    LeaseStep SettlementAnswered(string receiptHandle, SqsReply reply, TimeSpan retryDelay, TimeSpan now);

    LeaseStep GiveUp(TimeSpan now);
}

/// <summary>Opens a lease.</summary>
public delegate ILeaseMachine OpenLease(
    string receiptHandle, int receiveCount, TimeSpan visibilityTimeout, TimeSpan now);

/// <summary>The values of <c>LeaseAction</c>, in its order.</summary>
public enum LeaseStep
{
    None,
    Renew,
    SendDeadLetter,
    Settle,
    Wait,
    Close,
}

/// <summary>The values of <c>EntryAnswer</c>, in its order.</summary>
public enum SqsReply
{
    Accepted,
    RefusedForNow,
    RefusedForGood,
}
