using System.Runtime.Serialization;
using MassTransit;

namespace FetchEtl.Sqs.Tests;

/// <summary>
/// Throws on every completion and fault. Its exception would dead-letter a message that is not settled yet.
/// </summary>
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
        throw new SerializationException("at a completion");
    }

    public Task ReceiveFault(ReceiveContext context, Exception exception)
    {
        // The dispatcher also reports the exception that PostReceive throws.
        if (exception.Message.StartsWith("at a", StringComparison.Ordinal))
        {
            return Task.CompletedTask;
        }

        Interlocked.Increment(ref _faults);
        throw new SerializationException("at a fault");
    }

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class => Task.CompletedTask;

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class => Task.CompletedTask;
}
