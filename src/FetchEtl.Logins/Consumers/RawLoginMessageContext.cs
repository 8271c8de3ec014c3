using System.Globalization;
using MassTransit;
using MassTransit.Metadata;

namespace FetchEtl.Logins;

/// <summary>
/// The transport headers of a login. There is no address for a fault or a response: either would hold personal data.
/// </summary>
internal sealed class RawLoginMessageContext(Headers headers, Uri? destinationAddress, TimeProvider time)
    : MessageContext
{
    /// <summary>How MassTransit reads the first second of the year 2000.</summary>
    private static readonly DateTime FirstMisread = DateTime.UnixEpoch.AddMilliseconds(946_684_800);

    public Guid? MessageId => headers.GetMessageId();

    public Guid? RequestId => null;

    public Guid? CorrelationId => headers.GetCorrelationId();

    public Guid? ConversationId => headers.GetConversationId();

    public Guid? InitiatorId => headers.GetInitiatorId();

    public DateTime? ExpirationTime => null;

    public Uri? SourceAddress => headers.GetSourceAddress();

    public Uri? DestinationAddress => destinationAddress;

    public Uri? ResponseAddress => null;

    public Uri? FaultAddress => null;

    /// <summary>When the transport accepted the message, in UTC; null where it does not report it.</summary>
    /// <remarks>
    /// RabbitMQ's <c>timestamp</c> is in seconds since 1970, and MassTransit reads it as milliseconds. So a time is
    /// treated as seconds where it then lies between the year 2000 and tomorrow by the clock. Any other time of 1970
    /// is that of a producer whose clock begins there.
    /// </remarks>
    public DateTime? SentTime
    {
        get
        {
            var reported = ReportedTime;
            var latest = time.GetUtcNow().UtcDateTime.AddDays(1) - DateTime.UnixEpoch;
            return reported is { } misread && misread >= FirstMisread && misread - DateTime.UnixEpoch <= latest / 1000
                ? DateTime.UnixEpoch + ((misread - DateTime.UnixEpoch) * 1000)
                : reported;
        }
    }

    public Headers Headers => headers;

    public HostInfo Host => HostMetadataCache.Empty;

    private DateTime? ReportedTime
    {
        get
        {
            const DateTimeStyles utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
            if (!headers.TryGetHeader(MessageHeaders.TransportSentTime, out var value))
            {
                return null;
            }

            return value switch
            {
                DateTime { Kind: DateTimeKind.Local } local => local.ToUniversalTime(),
                DateTime sent => DateTime.SpecifyKind(sent, DateTimeKind.Utc),
                string text when DateTime.TryParse(text, CultureInfo.InvariantCulture, utc, out var sent) => sent,
                _ => null,
            };
        }
    }
}
