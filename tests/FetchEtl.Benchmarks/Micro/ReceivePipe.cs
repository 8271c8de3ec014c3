using Amazon.SQS.Model;
using BenchmarkDotNet.Attributes;

namespace FetchEtl.Benchmarks;

/// <summary>
/// Measures MassTransit's share of a message: receive context, dispatcher, deserializer and the call of the consumer.
/// It includes the deserialization, which <see cref="LoginReading"/> measures alone.
/// </summary>
public class ReceivePipe
{
    private readonly Commit _commit = new();
    private readonly Task[] _dispatched = new Task[SampleMessages.Count];
    private PipeEndpoint _endpoint = null!;
    private IReadOnlyList<Message> _messages = [];

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _endpoint = new PipeEndpoint(_commit);
        _messages = await SampleMessages.ReceiveAsync();
    }

    [GlobalCleanup]
    public ValueTask CleanUpAsync() => _endpoint.DisposeAsync();

    /// <summary>Measures the pipe with a consumer that completes at once, so no method suspends.</summary>
    [Benchmark(OperationsPerInvoke = SampleMessages.Count)]
    public async Task Dispatch()
    {
        foreach (var message in _messages)
        {
            await _endpoint.DispatchAsync(message);
        }
    }

    /// <summary>
    /// Measures the pipe with consumers that wait for a commit, as in the service. Every asynchronous method suspends
    /// and keeps its state on the heap.
    /// </summary>
    [Benchmark(OperationsPerInvoke = SampleMessages.Count)]
    public Task DispatchAndWait()
    {
        _commit.Begin();
        for (var i = 0; i < _dispatched.Length; i++)
        {
            _dispatched[i] = _endpoint.DispatchAsync(_messages[i]);
        }

        _commit.End();
        return Task.WhenAll(_dispatched);
    }
}
