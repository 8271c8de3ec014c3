namespace FetchEtl.Logins;

/// <summary>Whether statements may run against PostgreSQL.</summary>
internal enum CircuitState
{
    /// <summary>Statements run as rows arrive.</summary>
    Closed = 0,

    /// <summary>A statement failed. No statement runs before the retry time; then one may run, the probe.</summary>
    Open = 1,

    /// <summary>The probe runs. Its success closes the circuit, its failure opens it for a longer time.</summary>
    HalfOpen = 2,
}
