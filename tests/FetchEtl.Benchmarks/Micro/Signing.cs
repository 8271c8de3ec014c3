using BenchmarkDotNet.Attributes;
using FetchEtl.Sqs;

namespace FetchEtl.Benchmarks;

/// <summary>
/// The signatures of the two calls that ten messages cost: their receive and their delete, under credentials without a session token.
/// </summary>
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
        _receive = Request("AmazonSQS.ReceiveMessage", sample.Request);
        using var delete = new JsonProtocol(new Uri("http://127.0.0.1:4566")).CreateRequest(new DeleteMessageBatchCall(
            "http://127.0.0.1:4566/000000000000/login-queue", [.. sample.Messages.Select(message => message.ReceiptHandle)]));
        _delete = Request("AmazonSQS.DeleteMessageBatch", ((SqsContent)delete.Content!).Payload);
    }

    [Benchmark(OperationsPerInvoke = SampleMessages.Count)]
    public int ReceiveAndDelete() => Sign(_receive).Length + Sign(_delete).Length;

    private static SigV4Request Request(string target, ReadOnlyMemory<byte> content) => new(
        "POST", "127.0.0.1:4566", "/", "application/x-amz-json-1.0", target, SecurityToken: null, content);

    private string Sign(in SigV4Request request) => _signer.Authorize(request, Date, "AKIDEXAMPLE", "secret");
}
