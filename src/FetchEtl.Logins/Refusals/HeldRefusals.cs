using Microsoft.Extensions.Logging;

namespace FetchEtl.Logins;

/// <summary>
/// Reports the rows that PostgreSQL refuses alone, while they wait: to health all the time, and to the log where no
/// other row was written for a while. That happens where all rows in progress are refused, and they are too few for a
/// brake. Read by any thread.
/// </summary>
internal sealed class HeldRefusals(
    WriterCircuit circuit, LoginMetrics metrics, TimeProvider time, ILogger<LoginWriter> log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private volatile string? _description;
    private bool _isReported;

    /// <summary>What health says; null while no row waits.</summary>
    public string? Description => _description;

    /// <summary>
    /// Called by the owner of the rows whenever it looks after them: while there are any, every 5 s at least.
    /// </summary>
    public void Update(IReadOnlyList<Suspect> held)
    {
        if (held.Count == 0)
        {
            _description = null;
            _isReported = false;
            return;
        }

        var since = held.Min(static suspect => suspect.HeldSince);
        var (count, fault) = (held.Count, held[^1].Fault);
        var noneWritten = metrics.LastCommitAt <= since;
        var rows = count == 1 ? "1 row, which waits" : $"{count} rows, which wait";
        var none = noneWritten ? ", and it has written none since" : string.Empty;
        _description = $"PostgreSQL refuses {rows}{none} ({fault.SqlState}): {fault.Reason}";
        if (!noneWritten)
        {
            _isReported = false;
        }
        else if (!_isReported && circuit.Fault is null && time.GetElapsedTime(since) >= Patience)
        {
            _isReported = true;
            Log.AllRowsRefused(log, fault.SqlState, fault.Cause, fault.Remedy, count);
        }
    }
}
