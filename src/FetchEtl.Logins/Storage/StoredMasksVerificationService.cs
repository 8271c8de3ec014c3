using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FetchEtl.Logins;

/// <summary>
/// Lets the host fail at start where its masks do not fit the table, before anything is received. Where the table can't be
/// asked yet, the writer asks before its first row.
/// </summary>
internal sealed class MaskingStartup(
    MaskingCheck check,
    IDbContextFactory<LoginDbContext> contexts,
    IOptions<LoginsOptions> options,
    ILogger<MaskingStartup> log) : IHostedLifecycleService
{
    // Measured with plain loops, one sweep for a whole table; a current GPU sweeps IPv4 in about 0.2 s.
    private const string Reversible =
        "whoever sees the masks tries all IPv4 addresses in a minute, all device ids of the form DDD-DD-DDDD in 11 s (two cores)";

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        WarnOfWeakness(options.Value.Masking.Method);
        try
        {
            await using var database = await contexts.CreateDbContextAsync(cancellationToken);
            await check.RequireAsync(database, cancellationToken);
        }
        catch (Exception exception) when (IsForTheWriter(exception))
        {
            // It reports the outage, and asks again.
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static bool IsForTheWriter(Exception exception) =>
        exception is not MaskingRefusedException && DatabaseFaults.Classify(exception).Kind is FaultKind.Transient or FaultKind.Operator;

    private void WarnOfWeakness(MaskingMethod method)
    {
        switch (method)
        {
            case MaskingMethod.Sha256:
                Log.MaskingIsWeak(log, method, Reversible);
                break;
            case MaskingMethod.SaltedSha256:
                Log.MaskingIsWeak(log, method, $"once the salt is known, {Reversible}");
                break;
        }
    }
}
