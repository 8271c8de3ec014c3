using System.Diagnostics.CodeAnalysis;
using Amazon.SQS.Model;
using MassTransit;
using MassTransit.Transports;

namespace FetchEtl.Sqs;

/// <summary>
/// A message's identity, sent time and attributes as transport headers. MassTransit's own headers (MT-…) are left out:
/// an address set by a producer must not make this endpoint send faults or responses, which would carry the message.
/// </summary>
/// <param name="message">As received.</param>
/// <param name="identity">The message's, across redrives.</param>
/// <param name="unwrapped">The body without its wrappers; null on an endpoint that does not unwrap.</param>
internal sealed class SqsHeaderProvider(Message message, MessageIdentity identity, UnwrappedBody? unwrapped)
    : IHeaderProvider
{
    private const string MassTransitPrefix = "MT-";

    private static readonly string[] OwnNames =
    [
        MessageHeaders.MessageId, MessageHeaders.TransportMessageId, MessageHeaders.TransportSentTime,
        SqsHeaders.SnsMessageId, SqsHeaders.EventBridgeId,
    ];

    public IEnumerable<KeyValuePair<string, object>> GetAll()
    {
        foreach (var name in OwnNames)
        {
            if (Own(name) is { } value)
            {
                yield return new(name, value);
            }
        }

        foreach (var (name, attribute) in message.MessageAttributes ?? [])
        {
            if (attribute.StringValue is { } value && !IsReserved(name))
            {
                yield return new(name, value);
            }
        }
    }

    public bool TryGetHeader(string key, [NotNullWhen(true)] out object? value)
    {
        value = Own(key)
            ?? (message.MessageAttributes is { Count: > 0 } attributes && !IsReserved(key)
                ? attributes.GetValueOrDefault(key)?.StringValue
                : null);
        return value is not null;
    }

    private object? Own(string name) => name switch
    {
        MessageHeaders.MessageId => identity.Id,
        MessageHeaders.TransportMessageId => message.MessageId,
        MessageHeaders.TransportSentTime => identity.SentTime.UtcDateTime,
        SqsHeaders.SnsMessageId => unwrapped?.SnsId,
        SqsHeaders.EventBridgeId => unwrapped?.EventId,
        _ => null,
    };

    private static bool IsReserved(string name) =>
        name.StartsWith(MassTransitPrefix, StringComparison.OrdinalIgnoreCase)
        || name is MessageHeaders.MessageId or SqsHeaders.SnsMessageId or SqsHeaders.EventBridgeId;
}
