using System.Diagnostics.CodeAnalysis;
using MassTransit;
using MassTransit.Transports;

namespace FetchEtl.Sqs;

/// <summary>
/// The message's identity, its time of sending and its attributes as transport headers. MassTransit's own headers (MT-…) are
/// withheld: an address set by a producer must not make this endpoint send faults or responses, which would carry the message.
/// </summary>
internal sealed class SqsHeaderProvider(SqsMessage message) : IHeaderProvider
{
    private const string MassTransitPrefix = "MT-";

    public IEnumerable<KeyValuePair<string, object>> GetAll()
    {
        yield return new(MessageHeaders.MessageId, OriginalMessage.Id(message));
        yield return new(MessageHeaders.TransportMessageId, message.MessageId);
        yield return new(MessageHeaders.TransportSentTime, OriginalMessage.SentTime(message).UtcDateTime);

        foreach (var (name, attribute) in message.MessageAttributes)
        {
            if (attribute.StringValue is { } value && !IsReserved(name))
            {
                yield return new(name, value);
            }
        }
    }

    public bool TryGetHeader(string key, [NotNullWhen(true)] out object? value)
    {
        value = key switch
        {
            MessageHeaders.MessageId => OriginalMessage.Id(message),
            MessageHeaders.TransportMessageId => message.MessageId,
            MessageHeaders.TransportSentTime => OriginalMessage.SentTime(message).UtcDateTime,
            _ when message.MessageAttributes.Count > 0 && !IsReserved(key)
                && message.MessageAttributes.TryGetValue(key, out var attribute) => attribute.StringValue,
            _ => null,
        };

        return value is not null;
    }

    private static bool IsReserved(string name) =>
        name.StartsWith(MassTransitPrefix, StringComparison.OrdinalIgnoreCase) || name is MessageHeaders.MessageId;
}
