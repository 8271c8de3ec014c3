namespace FetchEtl.Logins;

/// <summary>The right to run one statement. Report its outcome, then dispose of it.</summary>
/// <param name="circuit">Learns the outcome.</param>
/// <param name="isProbe">Whether the circuit is open and depends on the outcome.</param>
/// <param name="isSuspect">Whether the statement has a row that was refused alone.</param>
internal sealed class WriterTurn(WriterCircuit circuit, bool isProbe, bool isSuspect) : IDisposable
{
    private bool _isReported;

    public bool IsProbe => isProbe;

    /// <summary>The server executed the statement.</summary>
    public void Succeeded()
    {
        _isReported = true;
        if (isProbe)
        {
            circuit.ProbeSucceeded(isSuspect);
        }
    }

    /// <summary>PostgreSQL refused the only row: it answered, so an outage is over, but not a brake for this.</summary>
    public void Refused(DatabaseFault fault)
    {
        _isReported = true;
        if (isProbe)
        {
            circuit.ProbeRefused(fault, isSuspect);
        }
    }

    /// <summary>The statement failed, and not for a row.</summary>
    public void Failed(DatabaseFault fault)
    {
        _isReported = true;
        circuit.StatementFailed(fault, isProbe, isSuspect);
    }

    /// <summary>Lets another row probe where this turn's outcome was not reported.</summary>
    public void Dispose()
    {
        if (isProbe && !_isReported)
        {
            _isReported = true;
            circuit.ProbeAbandoned(isSuspect);
        }
    }
}
