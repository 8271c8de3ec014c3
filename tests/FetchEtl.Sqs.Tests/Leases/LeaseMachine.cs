namespace FetchEtl.Sqs.Tests;

/// <summary>
/// The state machine of FetchEtl.Sqs. A mutant's assembly has this file too, compiled with the mutant of <c>Lease</c>.
/// </summary>
internal sealed class LeaseMachine(string receiptHandle, int receiveCount, TimeSpan visibilityTimeout, TimeSpan now)
    : ILeaseMachine
{
    private readonly Lease _lease = new(receiptHandle, receiveCount, visibilityTimeout, now);

    public string NewestHandle => _lease.NewestHandle;

    public TimeSpan? ReturnDelay => _lease.Settlement.ReturnDelay;

    public IReadOnlyList<string> Outgoing => _lease.Outgoing;

    public int Refusals => _lease.Refusals;

    public TimeSpan RetryAt => _lease.RetryAt;

    public TimeSpan RenewalTime => _lease.RenewalTime;

    public bool WasLost => _lease.WasLost;

    public bool WasDeleted => _lease.WasDeleted;

    public static ILeaseMachine Open(
        string receiptHandle, int receiveCount, TimeSpan visibilityTimeout, TimeSpan now) =>
        new LeaseMachine(receiptHandle, receiveCount, visibilityTimeout, now);

    public LeaseStep DeliveredAgain(string receiptHandle, int receiveCount, TimeSpan now) =>
        (LeaseStep)_lease.DeliveredAgain(receiptHandle, receiveCount, now);

    public LeaseStep Completed(TimeSpan now) => (LeaseStep)_lease.Completed(now);

    public LeaseStep Returned(TimeSpan delay, TimeSpan now) => (LeaseStep)_lease.Returned(delay, now);

    public LeaseStep Rejected(TimeSpan now) => (LeaseStep)_lease.Rejected(now);

    public LeaseStep DeadLetterAnswered(bool accepted, TimeSpan delay, TimeSpan now) =>
        (LeaseStep)_lease.DeadLetterAnswered(accepted, delay, now);

    public LeaseStep Tick(TimeSpan now, bool stopping) => (LeaseStep)_lease.Tick(now, stopping);

    public LeaseStep RenewalAnswered(string receiptHandle, SqsReply reply, TimeSpan now) =>
        (LeaseStep)_lease.RenewalAnswered(receiptHandle, (EntryAnswer)reply, now);

    public LeaseStep SettlementAnswered(string receiptHandle, SqsReply reply, TimeSpan retryDelay, TimeSpan now) =>
        (LeaseStep)_lease.SettlementAnswered(receiptHandle, (EntryAnswer)reply, retryDelay, now);

    public LeaseStep GiveUp(TimeSpan now) => (LeaseStep)_lease.GiveUp(now);
}
