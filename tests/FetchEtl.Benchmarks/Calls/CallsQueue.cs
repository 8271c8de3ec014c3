using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;
using FetchEtl.Service;
using FetchEtl.Testing;

namespace FetchEtl.Benchmarks;

/// <summary>The queues of <c>calls</c>: a local SQS in a process of its own, without a database.</summary>
internal sealed class CallsQueue : IAsyncDisposable
{
    public const string UrlSetting = "Sqs__ServiceUrl";

    private const int ParallelSends = 4;

    private readonly FetchEtlProcess _sqs;
    private readonly AmazonSQSClient _client;
    private int _queues;

    private CallsQueue(FetchEtlProcess sqs, AmazonSQSClient client)
    {
        _sqs = sqs;
        _client = client;
        Settings = new Dictionary<string, string> { [UrlSetting] = client.Config.ServiceURL };
    }

    /// <summary>The environment variables of the measured process.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    public static async Task<CallsQueue> StartAsync()
    {
        var sqs = FetchEtlProcess.Start(new Dictionary<string, string>(), "local-sqs", "--port", "0");
        try
        {
            var line = await sqs.WaitForLineAsync(x => x.Contains(UrlSetting, StringComparison.Ordinal));
            var config = new AmazonSQSConfig
            {
                ServiceURL = line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..],
                AuthenticationRegion = "us-east-1",
            };
            return new CallsQueue(sqs, new AmazonSQSClient(new BasicAWSCredentials("local", "local"), config));
        }
        catch
        {
            await sqs.DisposeAsync();
            throw;
        }
    }

    /// <summary>Creates a queue and fills it with generated logins.</summary>
    /// <returns>Its URL.</returns>
    public async Task<string> FillAsync(int messages, int seed, CancellationToken cancellationToken)
    {
        var created = await _client.CreateQueueAsync($"calls-{_queues++}", cancellationToken);
        await Parallel.ForEachAsync(
            new LoginGenerator(seed).Take(messages).Chunk(10),
            new ParallelOptions { MaxDegreeOfParallelism = ParallelSends, CancellationToken = cancellationToken },
            async (bodies, token) =>
            {
                List<SendMessageBatchRequestEntry> entries =
                    [.. bodies.Select((body, index) => new SendMessageBatchRequestEntry($"{index}", body))];
                await _client.SendMessageBatchAsync(created.QueueUrl, entries, token);
            });
        return created.QueueUrl;
    }

    /// <summary>Deletes a queue and the messages that a run left on it.</summary>
    public Task DeleteAsync(string queueUrl, CancellationToken cancellationToken) =>
        _client.DeleteQueueAsync(queueUrl, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _sqs.DisposeAsync();
    }
}
