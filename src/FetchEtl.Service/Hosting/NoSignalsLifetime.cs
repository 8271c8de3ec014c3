using Microsoft.Extensions.Hosting;

namespace FetchEtl.Service;

/// <summary>Leaves signals to whoever runs the host, in place of the host's own console lifetime, which handles them as well.</summary>
internal sealed class NoSignalsLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
