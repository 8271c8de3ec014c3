using BenchmarkDotNet.Attributes;
using FetchEtl.Sqs;

namespace FetchEtl.Benchmarks;

/// <summary>From the bytes of a reply with ten messages to the messages.</summary>
public class ReceiveParsing
{
    private byte[] _reply = [];

    [GlobalSetup]
    public async Task SetUpAsync() => _reply = (await SampleMessages.ReceiveAsync()).Reply;

    [Benchmark(OperationsPerInvoke = SampleMessages.Count)]
    public object ReadReply() => JsonMessageReader.Read(_reply);
}
