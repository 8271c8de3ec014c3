using FetchEtl.Logins;
using MassTransit;

namespace FetchEtl.Benchmarks;

/// <summary>Waits for a commit, as <see cref="LoginConsumer"/> does, and does nothing else with a login.</summary>
internal sealed class WaitingConsumer(Commit commit) : IConsumer<LoginMessage>
{
    public Task Consume(ConsumeContext<LoginMessage> context) => commit.WaitAsync();
}
