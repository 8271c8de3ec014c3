using System.Text.Json.Nodes;
using FetchEtl.Testing;

namespace FetchEtl.Local.Tests;

/// <summary>A LocalSqs of its own with the clock in the test's hand, and a queue on it.</summary>
internal sealed class LocalQueue : IAsyncDisposable
{
    private readonly LocalSqs _server;

    private LocalQueue(LocalSqs server, ManualTimeProvider time, RawSqs sqs, RawQueue queue) =>
        (_server, Time, Sqs, Queue) = (server, time, sqs, queue);

    public ManualTimeProvider Time { get; }

    public RawSqs Sqs { get; }

    public RawQueue Queue { get; }

    public static async Task<LocalQueue> StartAsync(JsonObject? attributes = null, string suffix = "")
    {
        var time = new ManualTimeProvider();
        var server = await LocalSqs.StartAsync(new() { TimeProvider = time });
        var sqs = new RawSqs(server.ServiceUrl, WireProtocol.Json);
        return new(server, time, sqs, await sqs.CreateQueueAsync(attributes, suffix));
    }

    public void Advance(double seconds) => Time.Advance(TimeSpan.FromSeconds(seconds));

    public async ValueTask DisposeAsync()
    {
        Sqs.Dispose();
        await _server.DisposeAsync();
    }
}
