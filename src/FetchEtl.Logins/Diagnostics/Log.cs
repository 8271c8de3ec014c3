using Microsoft.Extensions.Logging;

namespace FetchEtl.Logins;

/// <summary>All that this library logs: counts, SQLSTATEs and remedies, never a value. Event ids from 2000.</summary>
internal static partial class Log
{
    [LoggerMessage(2000, LogLevel.Warning, "PostgreSQL can't be written to ({SqlState}: {Reason}); retrying until it works")]
    public static partial void WriterRetries(ILogger logger, string sqlState, string reason);

    [LoggerMessage(2001, LogLevel.Error, "PostgreSQL can't be written to ({SqlState}): {Remedy}; retrying until it works")]
    public static partial void WriterNeedsOperator(ILogger logger, string sqlState, string remedy);

    [LoggerMessage(2002, LogLevel.Information, "PostgreSQL is written to again after {Outage}")]
    public static partial void WriterRecovered(ILogger logger, TimeSpan outage);

    [LoggerMessage(2003, LogLevel.Warning, "PostgreSQL refused a row for its data ({SqlState}: {Reason})")]
    public static partial void RowRejected(ILogger logger, string sqlState, string reason);

    [LoggerMessage(2004, LogLevel.Warning, "Stopped with {Count} rows not committed ({SqlState}); their messages must be delivered again")]
    public static partial void StoppedBeforeCommit(ILogger logger, int count, string sqlState);

    [LoggerMessage(2005, LogLevel.Error, "A row failed with {ExceptionType}, which is no failure of PostgreSQL")]
    public static partial void RowFailed(ILogger logger, string exceptionType);

    [LoggerMessage(2006, LogLevel.Warning, "Masking:Method is {Method}: {Weakness}. Use Hmac, unless a table must be filled as it was before")]
    public static partial void MaskingIsWeak(ILogger logger, MaskingMethod method, string weakness);
}
