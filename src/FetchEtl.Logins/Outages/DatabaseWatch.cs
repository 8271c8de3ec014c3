using Microsoft.Extensions.Hosting;

namespace FetchEtl.Logins;

/// <summary>
/// Waits for a database that could take no rows when the host started. It opens the circuit, so that log and health
/// name the remedy once, and probes until the check passes, although no message arrives. Once a row was written it
/// ends: the writer knows better then.
/// </summary>
internal sealed class DatabaseWatch(
    DatabaseCheck check,
    LoginDataSource connections,
    WriterCircuit circuit,
    LoginMetrics metrics) : BackgroundService
{
    private volatile bool _isNeeded;

    /// <summary>The check failed at the start of the host.</summary>
    public void Begin(Exception exception)
    {
        circuit.StatementFailed(Classify(exception), isProbe: false, isSuspect: false);
        _isNeeded = true;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.Begin();
        while (_isNeeded)
        {
            using var turn = await circuit.WaitForTurnAsync(batch: null, isSuspect: false, stoppingToken);
            if (stoppingToken.IsCancellationRequested || metrics.LastCommitAt > 0)
            {
                return;
            }

            try
            {
                await using var database = connections.Create();
                await check.RunAsync(database, stoppingToken);
                turn.Succeeded();
                return;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                turn.Failed(Classify(exception));
            }
        }
    }

    private DatabaseFault Classify(Exception exception)
    {
        var fault = DatabaseFaults.Classify(exception);
        if (fault.Kind == FaultKind.Operator)
        {
            // A correction may hold for new sessions only.
            connections.Source.Clear();
        }

        return fault;
    }
}
