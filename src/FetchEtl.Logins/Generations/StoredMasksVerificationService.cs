using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FetchEtl.Logins;

/// <summary>
/// Runs <see cref="StoredMasksVerifier"/> when the host starts, before anything is received, and stops the start where
/// the masks do not fit the table. Warns where the server can lose committed rows. While PostgreSQL is away, or could
/// take no rows, the start goes on: <see cref="DatabaseWatch"/> reports that and its end, and the writer verifies
/// before its first row.
/// </summary>
internal sealed class StoredMasksVerificationService(
    StoredMasksVerifier verifier,
    LoginDataSource source,
    DurabilityWarnings durability,
    DatabaseCheck check,
    DatabaseWatch watch,
    IOptions<LoginsOptions> options,
    ILogger<StoredMasksVerifier> log) : IHostedLifecycleService
{
    // Measured on two cores, one sweep for a whole table; a current GPU sweeps IPv4 in about 0.2 s.
    private const string Reversible =
        "anyone who sees the masks hashes all IPv4 addresses in a minute, and all device ids of the form DDD-DD-DDDD " +
        "in 11 s (two cores)";

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        WarnOfWeakness(options.Value.Masking.Method);
        try
        {
            await using var database = source.Create();
            await verifier.VerifyAsync(database, cancellationToken);
            await durability.WarnOnceAsync(database, cancellationToken);
            await check.PlanAsync(database, cancellationToken);
        }
        catch (Exception exception) when (IsForTheWriter(exception))
        {
            watch.Begin(exception);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static bool IsForTheWriter(Exception exception) =>
        exception is not MaskingRefusedException
        && DatabaseFaults.Classify(exception).Kind is FaultKind.Transient or FaultKind.Operator;

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
