namespace FetchEtl.Local;

/// <summary>
/// A private PostgreSQL server could not be provided. The message names the cause and the remedy on this system.
/// </summary>
public sealed class LocalPostgresException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public LocalPostgresException()
    {
    }

    /// <summary>Creates the exception with the cause and its remedy.</summary>
    public LocalPostgresException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the cause, its remedy and the exception behind it.</summary>
    public LocalPostgresException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
