using Amazon.SQS;
using Amazon.SQS.Model;
using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>Reads the dead-letter queue without removing a message.</summary>
internal static class DemoDeadLetters
{
    /// <returns>The reasons of at most ten dead letters; never their bodies.</returns>
    public static async Task<IReadOnlyList<(string MessageId, string Reason)>> ReadAsync(
        IAmazonSQS client, string queueUrl, CancellationToken cancellationToken)
    {
        var request = new ReceiveMessageRequest(queueUrl)
        {
            MaxNumberOfMessages = SqsLimits.EntriesPerCall,
            WaitTimeSeconds = 0,
            VisibilityTimeout = 0,
            MessageAttributeNames = ["All"],
        };
        var response = await client.ReceiveMessageAsync(request, cancellationToken);

        return
        [
            .. (response.Messages ?? []).Select(
                x => (Text(x, DeadLetterAttributes.OriginalMessageId), Text(x, DeadLetterAttributes.Reason))),
        ];
    }

    private static string Text(Message message, string attribute) =>
        message.MessageAttributes?.GetValueOrDefault(attribute)?.StringValue ?? string.Empty;
}
