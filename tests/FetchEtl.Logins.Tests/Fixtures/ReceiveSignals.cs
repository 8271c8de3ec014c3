using System.Threading.Channels;
using MassTransit;

namespace FetchEtl.Logins.Tests;

/// <summary>
/// Signals each message that was consumed, and the first fault, with the exception that the transport sees.
/// </summary>
internal sealed class ReceiveSignals : IReceiveObserver
{
    private readonly TaskCompletionSource<Exception> _fault = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly Channel<Type> _consumed = Channel.CreateUnbounded<Type>();

    public Task<Exception> Fault => _fault.Task;

    public async Task WaitForConsumedAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await _consumed.Reader.ReadAsync();
        }
    }

    public Task ReceiveFault(ReceiveContext context, Exception exception)
    {
        _fault.TrySetResult(exception);
        return Task.CompletedTask;
    }

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class
    {
        _fault.TrySetResult(exception);
        return Task.CompletedTask;
    }

    public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

    public Task PostReceive(ReceiveContext context) => Task.CompletedTask;

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class
    {
        _consumed.Writer.TryWrite(typeof(T));
        return Task.CompletedTask;
    }
}
