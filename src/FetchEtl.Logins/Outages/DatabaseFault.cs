namespace FetchEtl.Logins;

/// <summary>
/// A failure of the database in words that logs, health and dead letters may show: names of the schema, but no text of
/// the server, which could quote a value.
/// </summary>
/// <param name="Kind">What the failure asks for.</param>
/// <param name="SqlState">
/// The SQLSTATE, or the type of the exception where the server did not answer. It is 02000 (no data) where PostgreSQL
/// reported success and the row is not there.
/// </param>
/// <param name="Reason">
/// What happened, and for <see cref="FaultKind.Refused"/> and <see cref="FaultKind.Operator"/> the remedy.
/// </param>
public readonly record struct DatabaseFault(FaultKind Kind, string SqlState, string Reason)
{
    /// <summary>What stands between cause and remedy in <see cref="Reason"/>.</summary>
    private const string Separator = ": ";

    private const int SqlStateLength = 5;

    /// <summary>The SQLSTATE; null where the server did not answer.</summary>
    internal string? SqlStateOnly => SqlState.Length == SqlStateLength ? SqlState : null;

    /// <summary>What happened, without the remedy.</summary>
    internal string Cause => Reason.Split(Separator, 2)[0];

    /// <summary>The remedy that <see cref="Reason"/> names behind the cause.</summary>
    internal string Remedy => Reason.Split(Separator, 2) is [_, var remedy] ? remedy : "see docs/operations.md";

    /// <summary>Whether a trigger or another function of the schema failed, and not the insert itself.</summary>
    internal bool IsFromFunction { get; init; }
}
