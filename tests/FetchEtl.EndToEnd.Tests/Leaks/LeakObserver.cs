using System.Collections.Concurrent;
using FetchEtl.Benchmarks;
using MassTransit;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// Checks the exceptions that MassTransit reports to observers, and records the types of sent and published messages.
/// </summary>
internal sealed class LeakObserver(CanaryWatch canaries) : IReceiveObserver, ISendObserver, IPublishObserver
{
    /// <summary>The types of the messages that were sent and published.</summary>
    public ConcurrentBag<string> Sent { get; } = [];

    /// <param name="bus">
    /// The bus, or its configurator. Only through the configurator do its endpoints report the messages that they send.
    /// </param>
    public void ConnectTo<T>(T bus)
        where T : IReceiveObserverConnector, ISendObserverConnector, IPublishObserverConnector
    {
        bus.ConnectReceiveObserver(this);
        bus.ConnectSendObserver(this);
        bus.ConnectPublishObserver(this);
    }

    public Task ReceiveFault(ReceiveContext context, Exception exception) => Look(exception);

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class => Look(exception);

    public Task PreSend<T>(SendContext<T> context)
        where T : class => Keep<T>();

    public Task PrePublish<T>(PublishContext<T> context)
        where T : class => Keep<T>();

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

    private Task Keep<T>()
    {
        Sent.Add(typeof(T).Name);
        return Task.CompletedTask;
    }
}
