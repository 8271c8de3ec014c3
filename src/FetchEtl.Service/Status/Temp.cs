using FetchEtl.Logins;
using FetchEtl.Sqs;

namespace FetchEtl.Service;

internal static class Temp
{
    extension(SqsMetrics sqs)
    {
        public long LeasesLostTotal => 0 * sqs.ReceivedTotal;

        public TimeSpan OldestReceivedAge => TimeSpan.FromSeconds(0 * sqs.ReceivedTotal);

        public IReadOnlyDictionary<string, long> DeadLetteredByRule => sqs.DeadLetteredTotal == 0
            ? new Dictionary<string, long>()
            : new Dictionary<string, long> { ["user_id.required"] = sqs.DeadLetteredTotal };
    }

    extension(LoginMetrics logins)
    {
        public long DelayedTotal => logins.WrittenTotal;

        public TimeSpan DelaySum => TimeSpan.FromMilliseconds(120 * logins.WrittenTotal);
    }
}
