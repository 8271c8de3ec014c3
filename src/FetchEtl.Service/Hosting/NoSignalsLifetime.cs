using Microsoft.Extensions.Hosting;

namespace FetchEtl.Service;

/// <summary>
/// Replaces the host's console lifetime, which would handle signals beside <see cref="Termination"/>.
/// </summary>
internal sealed class NoSignalsLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
