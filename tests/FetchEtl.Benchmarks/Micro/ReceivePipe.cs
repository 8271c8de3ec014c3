using Amazon.SQS.Model;
using BenchmarkDotNet.Attributes;

namespace FetchEtl.Benchmarks;

/// <summary>
/// MassTransit's part of a message: receive context, dispatcher, deserializer and consumer, and back. Deserialising,
/// which <see cref="LoginReading"/> shows apart, is in it.
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

    /// <summary>The consumer is done at once: nothing on the way ever has to wait.</summary>
    [Benchmark(OperationsPerInvoke = SampleMessages.Count)]
    public async Task Dispatch()
    {
        foreach (var message in _messages)
        {
            await _endpoint.DispatchAsync(message);
        }
    }

    /// <summary>
    /// The consumers wait for a commit, as the service's do, so every method on the way keeps its state on the heap.
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
