namespace FetchEtl.Logins;

/// <summary>The right to run one statement. Report its outcome, then dispose of it.</summary>
internal sealed class WriterTurn(WriterCircuit circuit, bool isProbe) : IDisposable
{
    private bool _isReported;

    /// <summary>The server executed the statement.</summary>
    public void Succeeded()
    {
        _isReported = true;
        if (isProbe)
        {
            circuit.ProbeSucceeded();
        }
    }

    /// <summary>The statement failed, and not for a row's data.</summary>
    public void Failed(DatabaseFault fault)
    {
        _isReported = true;
        circuit.StatementFailed(fault, isProbe);
    }

    /// <summary>Lets another row probe where this turn's outcome was not reported.</summary>
    public void Dispose()
    {
        if (isProbe && !_isReported)
        {
            _isReported = true;
            circuit.ProbeAbandoned();
        }
    }
}
