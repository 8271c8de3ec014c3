namespace FetchEtl.Local;

/// <summary>
/// No private PostgreSQL could be had. The message says what is missing and how to get it on this system.
/// </summary>
public sealed class LocalPostgresException : Exception
{
    /// <summary>Creates the exception with no message.</summary>
    public LocalPostgresException()
    {
    }

    /// <summary>Creates the exception with what is missing and its remedy.</summary>
    public LocalPostgresException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with what is missing, its remedy and the cause.</summary>
    public LocalPostgresException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
