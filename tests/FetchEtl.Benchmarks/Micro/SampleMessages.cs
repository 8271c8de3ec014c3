using System.Net.Http.Headers;
using System.Net.Http.Json;
using Amazon.Runtime;
using FetchEtl.Local;
using FetchEtl.Service.Generation;
using FetchEtl.Sqs;
using FetchEtl.Sqs.Protocols;

namespace FetchEtl.Benchmarks.Micro;

/// <summary>Ten valid logins, of nobody, as LocalSqs hands them out.</summary>
/// <param name="Reply">The JSON protocol's reply of ReceiveMessage.</param>
/// <param name="Messages">What is in it.</param>
internal sealed record SampleMessages(byte[] Reply, IReadOnlyList<SqsMessage> Messages)
{
    public const int Count = SqsClient.MaxBatchSize;

    private const int Seed = 1;

    public static async Task<SampleMessages> ReceiveAsync()
    {
        await using var sqs = await LocalSqs.StartAsync();
        using var client = new SqsClient(Options(sqs.ServiceUrl));
        var queueUrl = await client.CreateQueueAsync("login-queue", null);
        await client.SendMessageBatchAsync(queueUrl, [.. new LoginGenerator(Seed).Take(Count).Select(body => new SqsSendEntry(body))]);

        // The client keeps its replies to itself.
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, sqs.ServiceUrl);
        request.Headers.Add("X-Amz-Target", "AmazonSQS.ReceiveMessage");
        request.Content = JsonContent.Create(
            new
            {
                QueueUrl = queueUrl,
                MaxNumberOfMessages = Count,
                AttributeNames = (string[])["SentTimestamp", "ApproximateReceiveCount", "MessageGroupId", "MessageDeduplicationId"],
                MessageAttributeNames = (string[])["All"],
            },
            new MediaTypeHeaderValue("application/x-amz-json-1.0"),
            System.Text.Json.JsonSerializerOptions.Default);
        using var response = await http.SendAsync(request);
        var reply = await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();

        var messages = JsonMessageReader.Read(reply);
        return messages.Count == Count
            ? new SampleMessages(reply, messages)
            : throw new InvalidOperationException($"LocalSqs handed out {messages.Count} messages of the {Count} sent.");
    }

    /// <summary>What makes a client that needs nothing of the environment.</summary>
    public static SqsClientOptions Options(Uri serviceUrl) => new()
    {
        ServiceUrl = serviceUrl,
        Region = "us-east-1",
        Credentials = new BasicAWSCredentials("local", "local"),
    };
}
