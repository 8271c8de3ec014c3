using System.Text.Json;
using BenchmarkDotNet.Attributes;
using FetchEtl.Sqs.Signing;

namespace FetchEtl.Benchmarks.Micro;

/// <summary>The signatures of the two calls that ten messages cost: their receive and their delete.</summary>
public class Signing
{
    private const string Date = "20260102T030405Z";

    private readonly SigV4Signer _signer = new("us-east-1", "sqs");
    private SigV4Request _receive;
    private SigV4Request _delete;

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        var sample = await SampleMessages.ReceiveAsync();
        const string queueUrl = "http://127.0.0.1:4566/000000000000/login-queue";
        _receive = Request("AmazonSQS.ReceiveMessage", new
        {
            MaxNumberOfMessages = SampleMessages.Count,
            WaitTimeSeconds = 20,
            VisibilityTimeout = 30,
            AttributeNames = (string[])["SentTimestamp", "ApproximateReceiveCount", "MessageGroupId", "MessageDeduplicationId"],
            MessageAttributeNames = (string[])["All"],
            QueueUrl = queueUrl,
        });
        _delete = Request("AmazonSQS.DeleteMessageBatch", new
        {
            Entries = sample.Messages.Select((message, index) => new { Id = index.ToString(), message.ReceiptHandle }),
            QueueUrl = queueUrl,
        });
    }

    [Benchmark(OperationsPerInvoke = SampleMessages.Count)]
    public int ReceiveAndDelete() => Sign(_receive).Length + Sign(_delete).Length;

    private static SigV4Request Request(string target, object content) => new(
        "POST", "127.0.0.1:4566", "/", "application/x-amz-json-1.0", target, SecurityToken: null, JsonSerializer.SerializeToUtf8Bytes(content));

    private string Sign(in SigV4Request request) => _signer.Authorize(request, Date, "AKIDEXAMPLE", "secret");
}
