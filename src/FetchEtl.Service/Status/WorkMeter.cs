using FetchEtl.Logins;
using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>Reads the totals of this process.</summary>
internal sealed class WorkMeter(SqsMetrics sqs, LoginMetrics logins, TimeProvider time)
{
    private readonly long _origin = time.GetTimestamp();

    /// <summary>The totals of this moment.</summary>
    public WorkTotals Now => new()
    {
        At = time.GetElapsedTime(_origin),
        Received = sqs.ReceivedTotal,
        Written = logins.WrittenTotal,
        Duplicates = logins.DuplicatesTotal,
        DeadLettered = sqs.DeadLetteredTotal,
        Returned = sqs.ReturnedTotal,
        LeasesLost = sqs.LeasesLostTotal,
        Statements = logins.StatementsTotal,
        Delayed = logins.DelayedTotal,
        DelaySum = logins.DelaySum,
        DeadLettersByRule = sqs.DeadLetteredByRule,
    };
}
