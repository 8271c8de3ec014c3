using MassTransit;

namespace FetchEtl.Logins;

/// <summary>Lets the receive wait for the commit instead of the consumer: nothing of the consume pipe is kept waiting then.</summary>
internal sealed class HandOverConsumer(LoginConsumer consumer) : IConsumer<LoginMessage>
{
    public Task Consume(ConsumeContext<LoginMessage> context)
    {
        context.ReceiveContext.AddReceiveTask(consumer.Consume(context));
        return Task.CompletedTask;
    }
}
