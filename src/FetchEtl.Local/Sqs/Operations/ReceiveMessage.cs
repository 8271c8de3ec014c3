using System.Text.Json.Serialization;

namespace FetchEtl.Local;

internal static class ReceiveMessage
{
    public static async ValueTask<ReceiveMessageOutput> RunAsync(ApiCall call, ReceiveMessageInput input)
    {
        var queue = call.Queue(input.QueueUrl);
        var max = Within(input.MaxNumberOfMessages ?? 1, 1, Quotas.ReceivedMessages, "MaxNumberOfMessages");
        var wait = input.WaitTimeSeconds ?? queue.Settings.ReceiveMessageWaitTimeSeconds;
        if (wait is < 0 or > Quotas.WaitSeconds)
        {
            throw ApiError.InvalidValue(
                "WaitTimeSeconds", wait, $"Must be >= 0 and <= {Quotas.WaitSeconds}, if provided.");
        }

        if (input.VisibilityTimeout is { } visibility)
        {
            Within(visibility, 0, Quotas.VisibilitySeconds, "VisibilityTimeout");
        }

        var requested = new RequestedAttributes(input);
        var deliveries = await queue.ReceiveAsync(
            max, input.VisibilityTimeout, TimeSpan.FromSeconds(wait), call.Aborted, call.Faults);
        if (call.Aborted.IsCancellationRequested)
        {
            // The client closed the connection, so no response can carry these messages: others may receive them.
            queue.Release(deliveries);
            return new(Messages: null);
        }

        return new(deliveries.Count == 0 ? null : deliveries.ConvertAll(delivery =>
        {
            var message = requested.Render(delivery);
            return call.Faults?.Malforms(out var chance) == true ? Malformation.Of(message, chance) : message;
        }));
    }

    private static int Within(int value, int min, int max, string parameter) =>
        value >= min && value <= max ? value : throw ApiError.OutOfRange(parameter, value, min, max);
}

internal sealed record ReceiveMessageInput
{
    public string? QueueUrl { get; init; }

    public int? MaxNumberOfMessages { get; init; }

    public int? VisibilityTimeout { get; init; }

    public int? WaitTimeSeconds { get; init; }

    /// <summary>The older name of <see cref="MessageSystemAttributeNames"/>. Both lists apply.</summary>
    public List<string>? AttributeNames { get; init; }

    public List<string>? MessageSystemAttributeNames { get; init; }

    public List<string>? MessageAttributeNames { get; init; }
}

/// <param name="Messages">Null when there is none: SQS then omits the member.</param>
internal sealed record ReceiveMessageOutput(List<ReceivedMessage>? Messages);

internal sealed record ReceivedMessage
{
    public required string MessageId { get; init; }

    /// <summary>Null only in a malformed message.</summary>
    public required string? ReceiptHandle { get; init; }

    [JsonPropertyName("MD5OfBody")]
    public required string BodyMd5 { get; init; }

    public required string Body { get; init; }

    public Dictionary<string, string>? Attributes { get; init; }

    [JsonPropertyName("MD5OfMessageAttributes")]
    public string? AttributesMd5 { get; init; }

    public Dictionary<string, ReceivedAttribute>? MessageAttributes { get; init; }
}

/// <summary>A message attribute as it is sent to the receiver: its binary value is base64, unless malformed.</summary>
internal sealed record ReceivedAttribute(string? DataType, string? StringValue, string? BinaryValue)
{
    public static ReceivedAttribute Of(AttributeValue value) => new(
        value.DataType,
        value.StringValue,
        value.BinaryValue is { } bytes ? Convert.ToBase64String(bytes) : null);
}
