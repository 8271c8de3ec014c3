using System.ComponentModel.DataAnnotations;
using System.Runtime.Serialization;
using System.Text.Json;

namespace FetchEtl.Sqs;

/// <summary>
/// Decides what a fault means for its message. Data that can never be consumed goes to the dead-letter queue. Any other
/// message is tried again later, until the queue's own redrive policy ends it.
/// </summary>
internal static class FaultVerdict
{
    /// <summary>Why the message is dead; null when it may be tried again.</summary>
    public static string? DeadLetterReason(Exception exception) => exception switch
    {
        // The consumer's own words, which name fields and rules, never values.
        ValidationException invalid => invalid.Message,

        // The serializer's text can quote the body.
        SerializationException or JsonException => "The body could not be deserialized.",

        AggregateException { InnerExceptions: [var only] } => DeadLetterReason(only),

        // An outage, a bug or a missing consumer says nothing about the message.
        _ => null,
    };
}
