using Microsoft.Extensions.Logging;
using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// Logs what <see cref="DurabilityCheck"/>, <see cref="SchemaCheck"/> and <see cref="WrittenForm"/> find, once a
/// process. Thread-safe.
/// </summary>
internal sealed class DurabilityWarnings(ILogger<LoginWriter> log)
{
    private int _given;

    /// <summary>Returns at once after the first success.</summary>
    public async Task WarnOnceAsync(LoginDatabase database, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _given) != 0)
        {
            return;
        }

        var findings = await FindAsync(() => DurabilityCheck.FindAsync(database, cancellationToken));
        var schemas = await FindAsync(() => FindInSchemasAsync(database, cancellationToken));
        var others = await FindAsync(() => WrittenForm.CountOthersAsync(database, cancellationToken));
        if (Interlocked.Exchange(ref _given, 1) == 0)
        {
            foreach (var finding in findings)
            {
                Log.CommitsAreNotDurable(log, finding.Problem, finding.Remedy);
            }

            foreach (var finding in schemas)
            {
                Log.SchemaIsOpen(log, finding);
            }

            if (others is [> 0 and var sessions])
            {
                Log.OthersWriteAnotherForm(log, sessions);
            }
        }
    }

    private static async Task<IReadOnlyList<string>> FindInSchemasAsync(
        LoginDatabase database, CancellationToken cancellationToken)
    {
        await database.OpenAsync(cancellationToken);
        return await SchemaCheck.FindAsync(database.Connection, cancellationToken);
    }

    private static async Task<IReadOnlyList<T>> FindAsync<T>(Func<Task<IReadOnlyList<T>>> find)
    {
        try
        {
            return await find();
        }
        catch (PostgresException exception) when (exception.InvariantSeverity == "ERROR")
        {
            // Without an answer there is nothing to warn of, and rows are still written.
            return [];
        }
    }
}
