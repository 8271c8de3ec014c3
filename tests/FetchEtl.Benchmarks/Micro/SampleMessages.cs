using System.Globalization;
using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;
using FetchEtl.Local;
using FetchEtl.Service;

namespace FetchEtl.Benchmarks;

/// <summary>Ten valid generated logins, as LocalSqs returns them.</summary>
internal static class SampleMessages
{
    public const int Count = 10;

    private const int Seed = 1;

    /// <summary>Sends the logins to a local SQS and receives them.</summary>
    public static async Task<IReadOnlyList<Message>> ReceiveAsync()
    {
        await using var sqs = await LocalSqs.StartAsync();
        using var client = new AmazonSQSClient(
            new BasicAWSCredentials("local", "local"),
            new AmazonSQSConfig { ServiceURL = sqs.ServiceUrl.AbsoluteUri, AuthenticationRegion = "us-east-1" });
        var queueUrl = (await client.CreateQueueAsync("login-queue")).QueueUrl;
        await client.SendMessageBatchAsync(queueUrl, [.. new LoginGenerator(Seed).Take(Count).Select((body, i) =>
            new SendMessageBatchRequestEntry(i.ToString(CultureInfo.InvariantCulture), body))]);

        var received = await client.ReceiveMessageAsync(new ReceiveMessageRequest(queueUrl)
        {
            MaxNumberOfMessages = Count,
            MessageAttributeNames = ["All"],
            MessageSystemAttributeNames = ["SentTimestamp", "ApproximateReceiveCount"],
        });
        return received.Messages is { Count: Count } messages
            ? messages
            : throw new InvalidOperationException(
                $"LocalSqs returned {received.Messages?.Count ?? 0} of {Count} messages.");
    }
}
