using Microsoft.Extensions.Logging;
using Npgsql;

namespace FetchEtl.Logins;

/// <summary>Logs what <see cref="DurabilityCheck"/> finds, once a process. Thread-safe.</summary>
internal sealed class DurabilityWarnings(ILogger<LoginWriter> log)
{
    private int _given;

    /// <summary>Returns at once after the first success.</summary>
    public async Task WarnOnceAsync(LoginDbContext database, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _given) != 0)
        {
            return;
        }

        var findings = await FindAsync(database, cancellationToken);
        if (Interlocked.Exchange(ref _given, 1) == 0)
        {
            foreach (var finding in findings)
            {
                Log.CommitsAreNotDurable(log, finding.Problem, finding.Remedy);
            }
        }
    }

    private static async Task<IReadOnlyList<DurabilityFinding>> FindAsync(
        LoginDbContext database, CancellationToken cancellationToken)
    {
        try
        {
            return await DurabilityCheck.FindAsync(database, cancellationToken);
        }
        catch (PostgresException exception) when (exception.InvariantSeverity == "ERROR")
        {
            // Without an answer there is nothing to warn of, and rows are written all the same.
            return [];
        }
    }
}
