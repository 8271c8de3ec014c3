using System.Text.Json.Serialization;

namespace FetchEtl.Local;

internal static class CreateQueue
{
    public static QueueUrlOutput Run(ApiCall call, CreateQueueInput input) =>
        new(call.UrlOf(call.Store.Create(input.QueueName, input.Attributes, input.Tags)));
}

/// <param name="QueueName">At most 80 characters; <c>.fifo</c> ends the name of a FIFO queue.</param>
/// <param name="Attributes">Settings that differ from the defaults.</param>
/// <param name="Tags">SQS spells this member in lower case, and only here.</param>
internal sealed record CreateQueueInput(
    string? QueueName,
    Dictionary<string, string>? Attributes,
    [property: JsonPropertyName("tags")] Dictionary<string, string>? Tags);

/// <summary>The output of CreateQueue and GetQueueUrl.</summary>
internal sealed record QueueUrlOutput(string QueueUrl);
