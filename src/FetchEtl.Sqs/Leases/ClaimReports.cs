using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs;

/// <summary>Reports claims of an identity that were ignored, once a minute: one may come with each message.</summary>
internal sealed class ClaimReports(ILogger logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private TimeSpan _reportedAt = -Interval;
    private int _ignored;

    /// <param name="messageId">The message with the claim.</param>
    /// <param name="now">The time on the clock of the leases.</param>
    public void Ignored(string messageId, TimeSpan now)
    {
        _ignored++;
        if (now - _reportedAt >= Interval)
        {
            Log.ClaimsIgnored(logger, _ignored, messageId);
            (_ignored, _reportedAt) = (0, now);
        }
    }
}
