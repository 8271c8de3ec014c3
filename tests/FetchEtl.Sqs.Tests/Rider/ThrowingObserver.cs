using System.Runtime.Serialization;
using MassTransit;

namespace FetchEtl.Sqs.Tests;

/// <summary>Throws whenever it is told of a message's end, what would be a fault for good where a message's own fate were still open.</summary>
internal sealed class ThrowingObserver : IReceiveObserver
{
    private int _completions;
    private int _faults;

    public int Completions => _completions;

    public int Faults => _faults;

    public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

    public Task PostReceive(ReceiveContext context)
    {
        Interlocked.Increment(ref _completions);
        throw new SerializationException("told of a completion");
    }

    public Task ReceiveFault(ReceiveContext context, Exception exception)
    {
        // The dispatcher tells of the fault that the first of these calls is, too.
        if (exception.Message.StartsWith("told", StringComparison.Ordinal))
        {
            return Task.CompletedTask;
        }

        Interlocked.Increment(ref _faults);
        throw new SerializationException("told of a fault");
    }

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class => Task.CompletedTask;

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class => Task.CompletedTask;
}
