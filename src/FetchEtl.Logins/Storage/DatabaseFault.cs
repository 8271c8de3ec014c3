namespace FetchEtl.Logins;

/// <summary>A failure of the database as logs, health and dead letters may show it: no text that could quote a value.</summary>
/// <param name="Kind">What it asks for.</param>
/// <param name="SqlState">The SQLSTATE, or the exception's type where the server said nothing.</param>
/// <param name="Reason">What happened, and for <see cref="FaultKind.Operator"/> what to do.</param>
public readonly record struct DatabaseFault(FaultKind Kind, string SqlState, string Reason);
