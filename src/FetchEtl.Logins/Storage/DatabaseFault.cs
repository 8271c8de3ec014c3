namespace FetchEtl.Logins;

/// <summary>
/// A failure of the database in words that logs, health and dead letters may show: no text that could quote a value.
/// </summary>
/// <param name="Kind">What the failure asks for.</param>
/// <param name="SqlState">The SQLSTATE, or the type of the exception where the server did not answer.</param>
/// <param name="Reason">What happened, and for <see cref="FaultKind.Operator"/> the remedy.</param>
public readonly record struct DatabaseFault(FaultKind Kind, string SqlState, string Reason);
