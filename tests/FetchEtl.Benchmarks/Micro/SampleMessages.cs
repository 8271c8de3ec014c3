using Amazon.Runtime;
using FetchEtl.Local;
using FetchEtl.Service;
using FetchEtl.Sqs;

namespace FetchEtl.Benchmarks;

/// <summary>Ten valid logins, of nobody, as LocalSqs hands them out.</summary>
/// <param name="Request">The content of ReceiveMessage, in the JSON protocol.</param>
/// <param name="Reply">The content of its reply.</param>
/// <param name="Messages">What is in it.</param>
internal sealed record SampleMessages(ReadOnlyMemory<byte> Request, byte[] Reply, IReadOnlyList<SqsMessage> Messages)
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

        // Sent by hand, since the client keeps its replies to itself.
        using var request = new JsonProtocol(sqs.ServiceUrl).CreateRequest(new ReceiveMessageCall(queueUrl, new SqsReceiveRequest
        {
            MaxMessages = Count,
            WaitTime = TimeSpan.FromSeconds(20),
            VisibilityTimeout = TimeSpan.FromSeconds(30),
        }));
        using var http = new HttpClient();
        using var response = await http.SendAsync(request);
        var reply = await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();

        var messages = JsonMessageReader.Read(reply);
        return messages.Count == Count
            ? new SampleMessages(((SqsContent)request.Content!).Payload, reply, messages)
            : throw new InvalidOperationException($"LocalSqs handed out {messages.Count} messages of the {Count} sent.");
    }
}
