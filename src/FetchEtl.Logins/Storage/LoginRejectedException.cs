using System.ComponentModel.DataAnnotations;

namespace FetchEtl.Logins;

/// <summary>
/// PostgreSQL refuses this row for its data, and always will. It is a <see cref="ValidationException"/>, which tells the
/// transport that retrying is pointless and that the message may be shown: it holds the SQLSTATE and its name, never
/// the server's own text, which can quote values.
/// </summary>
public sealed class LoginRejectedException : ValidationException
{
    internal LoginRejectedException(DatabaseFault fault)
        : base($"PostgreSQL refused the row: SQLSTATE {fault.SqlState} ({fault.Reason})")
    {
        SqlState = fault.SqlState;
    }

    /// <summary>The SQLSTATE: five characters, of class 22 or 23.</summary>
    public string SqlState { get; }
}
