using FetchEtl.Logins;
using MassTransit;

namespace FetchEtl.Benchmarks;

/// <summary>A consumer that only waits for a commit, as <see cref="LoginConsumer"/> does after its work.</summary>
internal sealed class WaitingConsumer(Commit commit) : IConsumer<LoginMessage>
{
    public Task Consume(ConsumeContext<LoginMessage> context) => commit.WaitAsync();
}
