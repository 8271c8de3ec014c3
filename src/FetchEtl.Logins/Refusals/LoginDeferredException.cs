namespace FetchEtl.Logins;

/// <summary>
/// PostgreSQL refuses this row at the moment, for a reason that an operator can remove, while it takes others. Deliver
/// the message again later, with a growing delay; it is not a dead letter. The message holds the SQLSTATE and the
/// remedy, never the server's text, which can quote values.
/// </summary>
public sealed class LoginDeferredException : Exception
{
    internal LoginDeferredException(DatabaseFault fault)
        : base($"PostgreSQL refuses the row for now: SQLSTATE {fault.SqlState} ({fault.Reason})")
    {
        SqlState = fault.SqlState;
    }

    /// <summary>The SQLSTATE; 02000 where PostgreSQL reported success and the row is not there.</summary>
    public string SqlState { get; }
}
