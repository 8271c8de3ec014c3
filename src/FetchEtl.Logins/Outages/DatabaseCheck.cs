using Microsoft.Extensions.Options;
using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// Checks whether the database could take rows now: server, login, keys, tables, columns and rights. It writes no row.
/// </summary>
internal sealed class DatabaseCheck(
    StoredMasksVerifier masks,
    DurabilityWarnings durability,
    LoginDataSource connections,
    IOptions<LoginsOptions> options,
    TimeProvider time)
{
    /// <summary>Checks everything.</summary>
    /// <param name="database">The database.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <exception cref="MaskingRefusedException">The process's masks do not fit the table.</exception>
    /// <exception cref="DatabaseFaultException">The server is read-only, or a statement timed out.</exception>
    /// <exception cref="NpgsqlException">Something is missing, or the server cannot be reached.</exception>
    public async Task RunAsync(LoginDatabase database, CancellationToken cancellationToken)
    {
        await masks.VerifyAsync(database, cancellationToken);
        await durability.WarnOnceAsync(database, cancellationToken);
        await PlanAsync(database, cancellationToken);
    }

    /// <summary>Checks the statements of the writer.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public async Task PlanAsync(LoginDatabase database, CancellationToken cancellationToken)
    {
        await database.OpenAsync(cancellationToken);
        await using var watch = BlockerWatch.Start(connections.Source, database.Connection, time);
        try
        {
            await InsertPlan.CheckAsync(database, options.Value.Masking.HasVault, cancellationToken);
        }
        catch (Exception exception) when (watch.Explain(exception) is { } fault)
        {
            throw new DatabaseFaultException(fault, exception);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedColumn)
        {
            if (await TableCheck.FindMissingColumnsAsync(database, cancellationToken) is { Count: > 0 } missing)
            {
                throw new DatabaseFaultException(
                    new DatabaseFault(
                        FaultKind.Operator, exception.SqlState, TableCheck.Describe(database.Tables, missing)),
                    exception);
            }

            throw;
        }
        catch (PostgresException exception)
            when (DatabaseFaults.Classify(exception) is { Kind: FaultKind.Refused } fault)
        {
            // No row was in the statement, so it is the table that cannot take any: a rule on it, for example.
            throw new DatabaseFaultException(fault with { Kind = FaultKind.Operator }, exception);
        }
    }
}
