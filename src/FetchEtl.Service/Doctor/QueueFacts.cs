using System.Globalization;
using System.Text.Json;
using Amazon.SQS;

namespace FetchEtl.Service;

/// <summary>The attributes of a queue that decide what happens to its messages.</summary>
internal sealed record QueueFacts
{
    private const int DefaultRetentionSeconds = 345_600;

    /// <summary>The queue's ARN; empty where the endpoint gives none.</summary>
    public string Arn { get; private init; } = string.Empty;

    public bool IsFifo { get; private init; }

    public TimeSpan VisibilityTimeout { get; private init; }

    public TimeSpan Retention { get; private init; }

    /// <summary>The key of KMS that encrypts bodies; null without one.</summary>
    public string? KmsKey { get; private init; }

    /// <summary>Whether SQS encrypts bodies by a key of its own.</summary>
    public bool HasSqsEncryption { get; private init; }

    /// <summary>The redrive policy; null without one.</summary>
    public RedrivePolicy? Redrive { get; private init; }

    public long Visible { get; private init; }

    public long InFlight { get; private init; }

    public long Delayed { get; private init; }

    /// <summary>The queue's name, from its ARN.</summary>
    public string Name => Arn[(Arn.LastIndexOf(':') + 1)..];

    public static QueueFacts Read(IReadOnlyDictionary<string, string> attributes)
    {
        return new QueueFacts
        {
            Arn = Text(QueueAttributeName.QueueArn) ?? string.Empty,
            IsFifo = Text(QueueAttributeName.FifoQueue) == "true",
            VisibilityTimeout = TimeSpan.FromSeconds(Number(QueueAttributeName.VisibilityTimeout, 0)),
            Retention = TimeSpan.FromSeconds(
                Number(QueueAttributeName.MessageRetentionPeriod, DefaultRetentionSeconds)),
            KmsKey = Text(QueueAttributeName.KmsMasterKeyId),
            HasSqsEncryption = Text("SqsManagedSseEnabled")?.Equals("true", StringComparison.OrdinalIgnoreCase) == true,
            Redrive = RedrivePolicy.Read(Text(QueueAttributeName.RedrivePolicy)),
            Visible = Number(QueueAttributeName.ApproximateNumberOfMessages, 0),
            InFlight = Number(QueueAttributeName.ApproximateNumberOfMessagesNotVisible, 0),
            Delayed = Number(QueueAttributeName.ApproximateNumberOfMessagesDelayed, 0),
        };

        string? Text(string name) => attributes.GetValueOrDefault(name) is { Length: > 0 } text ? text : null;

        long Number(string name, long missing) => long.TryParse(
            Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : missing;
    }
}

/// <summary>When SQS itself moves messages away.</summary>
/// <param name="TargetArn">The queue that it moves them to.</param>
/// <param name="MaxReceives">After how many receives.</param>
internal sealed record RedrivePolicy(string TargetArn, int MaxReceives)
{
    /// <summary>The target's name, from its ARN.</summary>
    public string Target => TargetArn[(TargetArn.LastIndexOf(':') + 1)..];

    /// <returns>Null without a policy, and for a text that is none.</returns>
    public static RedrivePolicy? Read(string? json)
    {
        if (json is null)
        {
            return null;
        }

        try
        {
            using var policy = JsonDocument.Parse(json);
            return policy.RootElement.ValueKind == JsonValueKind.Object
                && policy.RootElement.TryGetProperty("deadLetterTargetArn", out var target)
                && policy.RootElement.TryGetProperty("maxReceiveCount", out var count)
                && int.TryParse(count.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var receives)
                    ? new RedrivePolicy(target.ToString(), receives)
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
