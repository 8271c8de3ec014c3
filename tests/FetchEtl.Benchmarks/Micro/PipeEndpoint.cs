using FetchEtl.Sqs;
using MassTransit;
using MassTransit.Context;
using MassTransit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace FetchEtl.Benchmarks;

/// <summary>
/// A login endpoint as the service configures it, but with <see cref="WaitingConsumer"/> on it, and nothing in front of its
/// receive pipe: no queue, no lease, no bus that was started.
/// </summary>
internal sealed class PipeEndpoint : IAsyncDisposable
{
    private const string Queue = "login-queue";

    private readonly ServiceProvider _services;
    private readonly ReceiveEndpointContext _context;
    private readonly IReceivePipeDispatcher _dispatcher;

    /// <param name="commit">What the consumers wait for.</param>
    public PipeEndpoint(Commit commit)
    {
        _services = new ServiceCollection()
            .AddLogging()
            .AddMassTransit(x =>
            {
                x.DisableUsageTelemetry();
                x.UsingInMemory((_, _) => { });
                x.AddRider(rider =>
                {
                    rider.UsingSqs((_, sqs) => sqs.Host(host => (host.ServiceUrl, host.Region) = (new Uri("http://127.0.0.1"), "us-east-1")));
                });
            })
            .BuildServiceProvider();

        // The rider keeps its endpoints to itself, so this one is made beside it, of the same parts.
        var bus = _services.GetRequiredService<IBusInstance>();
        var endpoint = new SqsReceiveEndpointConfiguration(bus, bus.HostConfiguration.CreateReceiveEndpointConfiguration(Queue), Queue);
        endpoint.UseRawLogins();
        endpoint.Instance(new WaitingConsumer(commit));
        _context = endpoint.CreateReceiveEndpointContext();
        _dispatcher = _context.CreateReceivePipeDispatcher();
    }

    /// <summary>The message as it enters the pipe.</summary>
    public SqsReceiveContext Open(SqsMessage message, CancellationToken cancelled = default) =>
        new(message, _context, TimeProvider.System, cancelled);

    /// <summary>Sends the message through the pipe; throws where no consumer took it.</summary>
    public async Task DispatchAsync(SqsMessage message)
    {
        await _dispatcher.Dispatch(Open(message), NoLockReceiveContext.Instance);
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
