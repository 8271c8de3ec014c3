using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>Looks into the dead-letter queue without taking anything out.</summary>
internal static class DemoDeadLetters
{
    /// <returns>The reasons of at most ten dead letters; never their bodies.</returns>
    public static async Task<IReadOnlyList<(string MessageId, string Reason)>> ReadAsync(
        SqsClient client, string queueUrl, CancellationToken cancellationToken)
    {
        var request = new SqsReceiveRequest { WaitTime = TimeSpan.Zero, VisibilityTimeout = TimeSpan.Zero };
        var messages = await client.ReceiveMessageAsync(queueUrl, request, cancellationToken);

        return [.. messages.Select(x => (Text(x, DeadLetterAttributes.OriginalMessageId), Text(x, DeadLetterAttributes.Reason)))];
    }

    private static string Text(SqsMessage message, string attribute) =>
        message.MessageAttributes.TryGetValue(attribute, out var value) ? value.StringValue ?? string.Empty : string.Empty;
}
