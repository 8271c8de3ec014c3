using FetchEtl.Testing;

namespace FetchEtl.Local.Tests;

/// <summary>A LocalSqs with faults to set, its clock in the test's hand, and a queue made before any of them.</summary>
internal sealed class FaultyQueue : IAsyncDisposable
{
    private FaultyQueue(LocalSqs server, ManualTimeProvider time, RawSqs sqs, RawQueue queue) =>
        (Server, Time, Sqs, Queue) = (server, time, sqs, queue);

    public LocalSqs Server { get; }

    public ManualTimeProvider Time { get; }

    public RawSqs Sqs { get; }

    public RawQueue Queue { get; }

    public static async Task<FaultyQueue> StartAsync(WireProtocol protocol = WireProtocol.Json, string suffix = "")
    {
        var time = new ManualTimeProvider();
        var server = await LocalSqs.StartAsync(new() { TimeProvider = time });
        var sqs = new RawSqs(server.ServiceUrl, protocol);
        var queue = await sqs.CreateQueueAsync(suffix == ".fifo" ? new() { ["FifoQueue"] = "true" } : null, suffix);
        return new(server, time, sqs, queue);
    }

    /// <summary>Puts these rules in force, in place of those before; none: no faults.</summary>
    public void Set(params SqsFaultRule[] rules) => Server.Faults = rules.Length == 0 ? null : new() { Seed = 7, Rules = rules };

    public long Struck(SqsFaultKind kind) => Server.FaultCounts[kind];

    public async ValueTask DisposeAsync()
    {
        Sqs.Dispose();
        await Server.DisposeAsync();
    }
}
