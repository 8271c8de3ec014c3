using System.Globalization;
using MassTransit;
using MassTransit.Metadata;

namespace FetchEtl.Logins;

/// <summary>
/// The transport headers of a login. There is no address for a fault or a response: either would hold personal data.
/// </summary>
internal sealed class RawLoginMessageContext(Headers headers, Uri? destinationAddress) : MessageContext
{
    private static readonly DateTime LastMisread = DateTime.UnixEpoch.AddDays(90);

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
    /// RabbitMQ's <c>timestamp</c> is in seconds since 1970, and MassTransit reads it as milliseconds. No login is of
    /// the first 90 days of 1970, so such a time is one of these.
    /// </remarks>
    public DateTime? SentTime => ReportedTime is { } time && time >= DateTime.UnixEpoch && time < LastMisread
        ? DateTime.UnixEpoch + ((time - DateTime.UnixEpoch) * 1000)
        : ReportedTime;

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
                DateTime time => DateTime.SpecifyKind(time, DateTimeKind.Utc),
                string text when DateTime.TryParse(text, CultureInfo.InvariantCulture, utc, out var time) => time,
                _ => null,
            };
        }
    }
}
