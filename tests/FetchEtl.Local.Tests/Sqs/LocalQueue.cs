using Amazon.SQS;
using FetchEtl.Testing;

namespace FetchEtl.Local.Tests;

/// <summary>A LocalSqs of its own, whose clock and faults the test controls, and a queue on it.</summary>
internal sealed class LocalQueue : IAsyncDisposable
{
    private LocalQueue(LocalSqs server, SignalingTimeProvider time, IAmazonSQS sqs, TestQueue queue) =>
        (Server, Time, Sqs, Queue) = (server, time, sqs, queue);

    public LocalSqs Server { get; }

    public SignalingTimeProvider Time { get; }

    public IAmazonSQS Sqs { get; }

    public TestQueue Queue { get; }

    public static async Task<LocalQueue> StartAsync(
        Dictionary<string, string>? attributes = null, string suffix = "", WireProtocol protocol = WireProtocol.Json)
    {
        var time = new SignalingTimeProvider();
        var server = await LocalSqs.StartAsync(new() { TimeProvider = time });
        var sqs = SqsEndpoint.Client(server.ServiceUrl, protocol);
        return new(server, time, sqs, await TestQueue.CreateAsync(sqs, attributes, suffix));
    }

    public static Task<LocalQueue> StartFifoAsync() => StartAsync(TestQueue.FifoAttributes(), ".fifo");

    public void Advance(double seconds) => Time.Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Replaces the rules of the fault plan. Without rules there are no faults.</summary>
    public void SetFaults(params SqsFaultRule[] rules) =>
        Server.Faults = rules.Length == 0 ? null : new() { Seed = 7, Rules = rules };

    public long Injected(SqsFaultKind kind) => Server.FaultCounts[kind];

    public async ValueTask DisposeAsync()
    {
        Sqs.Dispose();
        await Server.DisposeAsync();
    }
}
