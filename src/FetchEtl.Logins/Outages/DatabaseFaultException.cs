namespace FetchEtl.Logins;

/// <summary>A failure whose cause its thrower knows better than its SQLSTATE says.</summary>
internal sealed class DatabaseFaultException(DatabaseFault fault, Exception? innerException = null)
    : Exception(fault.Reason, innerException)
{
    public DatabaseFault Fault { get; } = fault;
}
