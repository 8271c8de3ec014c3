using System.Net.Http.Headers;
using System.Text.Json;
using Amazon.Runtime;
using FetchEtl.Local;
using FetchEtl.Service.Generation;
using FetchEtl.Sqs;
using FetchEtl.Sqs.Protocols;

namespace FetchEtl.Benchmarks.Micro;

/// <summary>Ten valid logins, of nobody, as LocalSqs hands them out.</summary>
/// <param name="Request">The content of ReceiveMessage, in the JSON protocol.</param>
/// <param name="Reply">The content of its reply.</param>
/// <param name="Messages">What is in it.</param>
internal sealed record SampleMessages(byte[] Request, byte[] Reply, IReadOnlyList<SqsMessage> Messages)
{
    public const int Count = SqsClient.MaxBatchSize;

    private const int Seed = 1;

    public static async Task<SampleMessages> ReceiveAsync()
    {
        await using var sqs = await LocalSqs.StartAsync();
        using var client = new SqsClient(new SqsClientOptions
        {
            ServiceUrl = sqs.ServiceUrl,
            Region = "us-east-1",
            Credentials = new BasicAWSCredentials("local", "local"),
        });
        var queueUrl = await client.CreateQueueAsync("login-queue", null);
        await client.SendMessageBatchAsync(queueUrl, [.. new LoginGenerator(Seed).Take(Count).Select(body => new SqsSendEntry(body))]);

        // By hand, since the client keeps its replies to itself.
        var content = JsonSerializer.SerializeToUtf8Bytes(new
        {
            MaxNumberOfMessages = Count,
            WaitTimeSeconds = 20,
            VisibilityTimeout = 30,
            AttributeNames = (string[])["SentTimestamp", "ApproximateReceiveCount", "MessageGroupId", "MessageDeduplicationId"],
            MessageAttributeNames = (string[])["All"],
            QueueUrl = queueUrl,
        });
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, sqs.ServiceUrl);
        request.Headers.Add("X-Amz-Target", "AmazonSQS.ReceiveMessage");
        request.Content = new ByteArrayContent(content) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.0") } };
        using var response = await http.SendAsync(request);
        var reply = await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();

        var messages = JsonMessageReader.Read(reply);
        return messages.Count == Count
            ? new SampleMessages(content, reply, messages)
            : throw new InvalidOperationException($"LocalSqs handed out {messages.Count} messages of the {Count} sent.");
    }
}
