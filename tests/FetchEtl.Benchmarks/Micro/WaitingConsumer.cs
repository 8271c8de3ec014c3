using FetchEtl.Logins;
using MassTransit;

namespace FetchEtl.Benchmarks;

/// <summary>Does nothing with a login but to let its receive wait for a commit, as the service's own consumer does in the end.</summary>
internal sealed class WaitingConsumer(Commit commit) : IConsumer<LoginMessage>
{
    public Task Consume(ConsumeContext<LoginMessage> context)
    {
        context.ReceiveContext.AddReceiveTask(commit.Task);
        return Task.CompletedTask;
    }
}
