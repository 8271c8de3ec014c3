using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Logins;

/// <summary>
/// Decides whether a row that PostgreSQL refuses alone is retried, deferred or rejected. Thread-safe.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item>Where many rows are refused for one SQLSTATE, the schema is at fault: the circuit opens, and no row
/// fails.</item>
/// <item>Else a row whose own values explain the refusal is rejected.</item>
/// <item>Else a row that was refused several times while others were written goes back to its queue.</item>
/// <item>Else it waits and is retried.</item>
/// </list>
/// </remarks>
internal sealed class Refusals(
    RefusalLedger ledger, WriterCircuit circuit, LoginMetrics metrics, TimeProvider time, ILogger<LoginWriter> log)
{
    /// <summary>How often a row is refused before it may go back to its queue.</summary>
    private const int Attempts = 3;

    private readonly Channel<Suspect> _suspects = Channel.CreateUnbounded<Suspect>();
    private readonly RefusalReports _reports = new(time, log);

    /// <summary>The rows that wait from now on.</summary>
    public ChannelReader<Suspect> Suspects => _suspects.Reader;

    /// <summary>Rows were written.</summary>
    public void Written(int rows) => ledger.Written(rows);

    /// <summary>A row of a statement was refused alone.</summary>
    public void Refuse(PendingLogin row, DatabaseFault fault)
    {
        var suspect = new Suspect(row);
        if (!Judge(suspect, fault, out var share))
        {
            return;
        }

        if (!_suspects.Writer.TryWrite(suspect))
        {
            suspect.Stop();
            return;
        }

        // Only now: when the loop of refused rows sees the brake, it has a row to probe with.
        BrakeWhere(share, fault);
    }

    /// <summary>A waiting row was refused again.</summary>
    /// <returns>Whether it goes on waiting; otherwise it has failed.</returns>
    public bool RefuseAgain(Suspect suspect, DatabaseFault fault)
    {
        if (!Judge(suspect, fault, out var share))
        {
            return false;
        }

        BrakeWhere(share, fault);
        return true;
    }

    /// <summary>A waiting row was written.</summary>
    public void Passed(Suspect suspect) => ledger.Passed(suspect.Fault.SqlState);

    /// <summary>Rows that were refused for this are written again.</summary>
    public void Forget(DatabaseFault fault) => ledger.Forget(fault.SqlState);

    /// <summary>The writer stops: rows that are refused from now on fail.</summary>
    public void Stop() => _suspects.Writer.TryComplete();

    private bool Judge(Suspect suspect, DatabaseFault fault, out RefusalShare share)
    {
        share = suspect.Refuse(fault)
            ? ledger.Refused(fault.SqlState, suspect.Row.MessageId)
            : ledger.ShareOf(fault.SqlState);
        if (!share.IsMany && circuit.BrakedBy is null)
        {
            if (RowFaults.IsOwn(fault, suspect.Row.Login))
            {
                Log.RowRejected(log, fault.SqlState, RowFaults.Name(fault));
                metrics.Rejected();
                ledger.Returned(suspect.Row.MessageId);
                suspect.Row.Fail(new LoginRejectedException(fault));
                return false;
            }

            if (suspect.Refusals >= Attempts && share.IsFew)
            {
                _reports.Deferred(fault);
                metrics.Deferred();
                ledger.Returned(suspect.Row.MessageId);
                suspect.Row.Fail(new LoginDeferredException(fault));
                return false;
            }

            if (suspect.Refusals == 1)
            {
                _reports.Waits(fault);
            }
        }

        suspect.Row.PutBack();
        return true;
    }

    private void BrakeWhere(RefusalShare share, DatabaseFault fault)
    {
        if (share.IsMany && circuit.Brake(fault))
        {
            Log.ManyRowsRefused(
                log, (int)share.Refused, (int)share.Rows, fault.SqlState, fault.Cause, fault.Remedy);
        }
    }
}
