using System.ComponentModel.DataAnnotations;

namespace FetchEtl.Logins;

/// <summary>
/// PostgreSQL rejects this row for its data, now and at every retry. The base class tells the transport that a retry is
/// pointless and that the message may be shown. The message holds the SQLSTATE and its name, never the server's text,
/// which can quote values.
/// </summary>
public sealed class LoginRejectedException : ValidationException
{
    internal LoginRejectedException(DatabaseFault fault)
        : base($"PostgreSQL rejected the row: SQLSTATE {fault.SqlState} ({fault.Reason})")
    {
        SqlState = fault.SqlState;
    }

    /// <summary>
    /// The SQLSTATE: five characters, of class 22 (data exception) or 23 (integrity constraint violation).
    /// </summary>
    public string SqlState { get; }
}
