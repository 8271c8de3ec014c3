using System.ComponentModel.DataAnnotations;

namespace FetchEtl.Logins;

/// <summary>
/// PostgreSQL refuses this row, and the row's own values explain it: a text that is longer than the exercise's table
/// holds, or one that no text column can hold. The base class indicates to the transport that a retry is pointless and
/// that the message may be shown. The message holds the SQLSTATE and its meaning, never the server's text, which can
/// quote values.
/// </summary>
public sealed class LoginRejectedException : ValidationException
{
    internal LoginRejectedException(DatabaseFault fault)
        : base($"PostgreSQL rejected the row: SQLSTATE {fault.SqlState} ({RowFaults.Name(fault)})")
    {
        SqlState = fault.SqlState;
    }

    /// <summary>The SQLSTATE: 22001, 22021 or 22P05.</summary>
    public string SqlState { get; }
}
