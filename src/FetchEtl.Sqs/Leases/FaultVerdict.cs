using System.ComponentModel.DataAnnotations;
using System.Runtime.Serialization;
using System.Text.Json;

namespace FetchEtl.Sqs;

/// <summary>
/// What a fault means for its message. The one place that says so: data that can never be consumed is dead for good, all else
/// is tried again later, until the queue's own redrive policy has had enough.
/// </summary>
internal sealed record FaultVerdict
{
    private FaultVerdict(string? deadLetterReason) => DeadLetterReason = deadLetterReason;

    /// <summary>Why the message is dead; null when it may be tried again.</summary>
    public string? DeadLetterReason { get; }

    public static FaultVerdict Of(Exception exception) => exception switch
    {
        // Says what is wrong with the data, in the consumer's own words; must name fields and rules, never values.
        ValidationException invalid => new(invalid.Message),

        // The serializer's text can quote the body, so only the fact is told.
        SerializationException or JsonException => new("The body could not be deserialized."),

        AggregateException { InnerExceptions: [var only] } => Of(only),

        // An outage, a bug or a missing consumer says nothing about the message.
        _ => new((string?)null),
    };
}
