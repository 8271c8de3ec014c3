using FetchEtl.Benchmarks.Chaos;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace FetchEtl.EndToEnd.Tests.Leaks;

/// <summary>
/// Hears what MassTransit tells observers: the exceptions, which are looked at, and each message that leaves the process's bus,
/// which none may.
/// </summary>
internal sealed class LeakObserver(CanaryWatch canaries) : IReceiveObserver, ISendObserver, IPublishObserver
{
    private int _sent;

    public int Sent => Volatile.Read(ref _sent);

    public void ConnectTo(IServiceProvider services)
    {
        var bus = services.GetRequiredService<IBusControl>();
        bus.ConnectReceiveObserver(this);
        bus.ConnectSendObserver(this);
        bus.ConnectPublishObserver(this);
    }

    public Task ReceiveFault(ReceiveContext context, Exception exception) => Look(exception);

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class => Look(exception);

    public Task PreSend<T>(SendContext<T> context)
        where T : class => Count();

    public Task PrePublish<T>(PublishContext<T> context)
        where T : class => Count();

    public Task SendFault<T>(SendContext<T> context, Exception exception)
        where T : class => Look(exception);

    public Task PublishFault<T>(PublishContext<T> context, Exception exception)
        where T : class => Look(exception);

    public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

    public Task PostReceive(ReceiveContext context) => Task.CompletedTask;

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class => Task.CompletedTask;

    public Task PostSend<T>(SendContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostPublish<T>(PublishContext<T> context)
        where T : class => Task.CompletedTask;

    private Task Look(Exception exception)
    {
        canaries.Look("exceptions", exception);
        return Task.CompletedTask;
    }

    private Task Count()
    {
        Interlocked.Increment(ref _sent);
        return Task.CompletedTask;
    }
}
