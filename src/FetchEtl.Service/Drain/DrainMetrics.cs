using FetchEtl.Logins;
using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>Counts the work of a host's consumer since this object was created.</summary>
internal sealed class DrainMetrics(SqsMetrics sqs, LoginMetrics logins)
{
    private readonly Counts _before = Counts.Of(sqs, logins);

    /// <summary>Messages received, each delivery counted.</summary>
    public long Received => sqs.ReceivedTotal - _before.Received;

    /// <summary>Rows inserted.</summary>
    public long Written => logins.WrittenTotal - _before.Written;

    /// <summary>Logins whose row already existed.</summary>
    public long Duplicates => logins.DuplicatesTotal - _before.Duplicates;

    /// <summary>Messages moved to the dead-letter queue.</summary>
    public long DeadLettered => sqs.DeadLetteredTotal - _before.DeadLettered;

    /// <summary>Statements that carried rows and were committed.</summary>
    public long Statements => logins.StatementsTotal - _before.Statements;

    /// <summary>Messages returned to the queue for another attempt.</summary>
    public long Returned => sqs.ReturnedTotal - _before.Returned;

    /// <summary>Messages that need no more work: written, duplicate or dead-lettered.</summary>
    public long Settled => Written + Duplicates + DeadLettered;

    /// <summary>What shows the drain that it has ended.</summary>
    public DrainCounters Counters => new(Settled, LastSettledAt, sqs.InFlight, sqs.EmptyReceives);

    /// <summary>
    /// The timestamp, by the host's time provider, of the last message settled so far; null before the first.
    /// </summary>
    public long? LastSettledAt => Settled == 0 ? null : Math.Max(logins.LastCommitAt, sqs.LastDeadLetterAt);

    /// <summary>SQS calls by operation, retries counted, sorted by name.</summary>
    public IReadOnlyDictionary<string, long> ApiCallsByOperation() => new SortedDictionary<string, long>(
        sqs.ApiCallsByOperation
            .Select(x => KeyValuePair.Create(x.Key, x.Value - _before.Calls.GetValueOrDefault(x.Key)))
            .Where(x => x.Value > 0)
            .ToDictionary(StringComparer.Ordinal),
        StringComparer.Ordinal);

    private sealed record Counts(
        long Received,
        long Written,
        long Duplicates,
        long DeadLettered,
        long Statements,
        long Returned,
        IReadOnlyDictionary<string, long> Calls)
    {
        public static Counts Of(SqsMetrics sqs, LoginMetrics logins) => new(
            sqs.ReceivedTotal,
            logins.WrittenTotal,
            logins.DuplicatesTotal,
            sqs.DeadLetteredTotal,
            logins.StatementsTotal,
            sqs.ReturnedTotal,
            sqs.ApiCallsByOperation);
    }
}
