using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FetchEtl.Logins;

/// <summary>Warns at start of settings that work and put data or keys at risk.</summary>
internal sealed class SettingsWarnings(
    IOptions<LoginsOptions> options, LoginDataSource connections, ILogger<StoredMasksVerifier> log)
    : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        var settings = options.Value;
        var setting = settings.DataSource is null ? $"{settings.KeyPrefix}ConnectionStrings:Logins" : "the data source";
        foreach (var host in ServerIdentity.FindUnverifiedHosts(connections.Source.ConnectionString))
        {
            Log.ServerIsUnverified(log, host, setting);
        }

        for (var index = 0; index < settings.Masking.KeyFiles.Count; index++)
        {
            if (SecretFile.IsReadableByAll(settings.Masking.KeyFiles[index]))
            {
                Log.KeyFileIsReadableByAll(log, $"{settings.KeyPrefix}Masking:KeyFiles:{index}");
            }
        }

        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
