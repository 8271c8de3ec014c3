using System.Text.Json;
using System.Text.Json.Serialization;
using Amazon.SQS.Model;

namespace FetchEtl.Sqs;

/// <summary>
/// Where and when a message was rejected, and what proves its identity and how often it was redriven: one attribute of
/// JSON, since SQS allows only ten. A redriven message carries the proofs alone.
/// </summary>
/// <param name="Queue">The queue that the message was received from.</param>
/// <param name="ReceiveCount">How often it was received there.</param>
/// <param name="DeadAt">When it was rejected.</param>
/// <param name="Mac">Authenticates the identity.</param>
/// <param name="Redrives">How often <c>dead redrive</c> sent it; null for never.</param>
/// <param name="RedrivesMac">Authenticates that count for this identity.</param>
internal sealed record DeadLetterSource(
    string? Queue, int? ReceiveCount, DateTimeOffset? DeadAt, string? Mac, int? Redrives, string? RedrivesMac)
{
    /// <summary>Reads the attribute of a message.</summary>
    /// <returns>Null where there is none, or where a producer wrote something else there.</returns>
    public static DeadLetterSource? Read(Message message)
    {
        try
        {
            return message.AttributeText(DeadLetterAttributes.Source) is { } text
                ? JsonSerializer.Deserialize(text, DeadLetterJson.Default.DeadLetterSource)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes the attribute.</summary>
    public MessageAttributeValue ToAttribute() => new()
    {
        DataType = "String",
        StringValue = JsonSerializer.Serialize(this, DeadLetterJson.Default.DeadLetterSource),
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DeadLetterSource))]
internal sealed partial class DeadLetterJson : JsonSerializerContext;
