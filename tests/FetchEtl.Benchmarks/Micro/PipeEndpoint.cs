using Amazon.SQS.Model;
using FetchEtl.Sqs;
using MassTransit;
using MassTransit.Context;
using MassTransit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace FetchEtl.Benchmarks;

/// <summary>
/// A login endpoint as README shows it, with <see cref="WaitingConsumer"/> in the place of the login consumer. Its
/// receive pipe is called directly, without a queue, a lease or a started bus.
/// </summary>
internal sealed class PipeEndpoint : IAsyncDisposable
{
    private const string Queue = "login-queue";

    private readonly ServiceProvider _services;
    private readonly QueueIdentities _identities = new(Queue, [], TimeProvider.System);
    private readonly ReceiveEndpointContext _context;
    private readonly IReceivePipeDispatcher _dispatcher;

    /// <param name="commit">The commit that the consumer waits for.</param>
    public PipeEndpoint(Commit commit)
    {
        IRegistrationContext? registrations = null;
        _services = new ServiceCollection()
            .AddLogging()
            // A singleton, as AddLogins registers LoginConsumer.
            .AddSingleton(new WaitingConsumer(commit))
            .AddMassTransit(x =>
            {
                x.DisableUsageTelemetry();
                x.UsingInMemory((_, _) => { });
                x.AddRider(rider =>
                {
                    rider.AddConsumer<WaitingConsumer>();
                    rider.UsingSqs((context, sqs) =>
                    {
                        registrations = context;
                        sqs.Host(host => (host.ServiceUrl, host.Region) = (new Uri("http://127.0.0.1"), "us-east-1"));
                    });
                });
            })
            .BuildServiceProvider();

        // The endpoints of the rider are private, so this one is built separately from the same parts.
        var bus = _services.GetRequiredService<IBusInstance>();
        var configuration = bus.HostConfiguration.CreateReceiveEndpointConfiguration(Queue);
        var endpoint = new SqsReceiveEndpointConfiguration(bus, configuration, Queue);
        endpoint.UseRawLogins(TimeProvider.System);
        endpoint.ConfigureConsumer<WaitingConsumer>(registrations!);
        _context = endpoint.CreateReceiveEndpointContext();
        _dispatcher = _context.CreateReceivePipeDispatcher();
    }

    /// <summary>Creates the receive context with which the message enters the pipe.</summary>
    public SqsReceiveContext Open(Message message, CancellationToken cancelled = default) =>
        new(message, _identities.Read(message), _context, TimeProvider.System, cancelled);

    /// <summary>Sends the message through the pipe. Throws where no consumer consumes it.</summary>
    public async Task DispatchAsync(Message message)
    {
        await _dispatcher.Dispatch(Open(message), NoLockReceiveContext.Instance);
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
