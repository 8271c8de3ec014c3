using Microsoft.Extensions.Logging;

namespace FetchEtl.Logins;

/// <summary>
/// Every log line of this library: counts, SQLSTATEs and remedies, never a value. Event ids start at 2000. In JSON a
/// cause is always <c>Cause</c> and a remedy <c>Remedy</c>; <c>SqlState</c> is null where the server did not answer.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(
        2000,
        LogLevel.Warning,
        "PostgreSQL cannot commit logins ({Error}: {Cause}). The writer retries until it can")]
    private static partial void WriterRetries(ILogger logger, string error, string cause);

    public static void WriterRetries(ILogger logger, DatabaseFault fault) =>
        WriterRetries(WithSqlState(logger, fault), fault.SqlState, fault.Reason);

    [LoggerMessage(
        2001,
        LogLevel.Error,
        "PostgreSQL cannot commit logins ({Error}): {Cause}: {Remedy}. The writer retries until it can")]
    private static partial void WriterNeedsOperator(ILogger logger, string error, string cause, string remedy);

    public static void WriterNeedsOperator(ILogger logger, DatabaseFault fault) =>
        WriterNeedsOperator(WithSqlState(logger, fault), fault.SqlState, fault.Cause, fault.Remedy);

    [LoggerMessage(2002, LogLevel.Information, "PostgreSQL commits logins again after {Outage}")]
    private static partial void WriterRecovered(ILogger logger, string outage);

    public static void WriterRecovered(ILogger logger, TimeSpan outage) => WriterRecovered(
        new ValueLogger(logger, "OutageSeconds", Math.Round(outage.TotalSeconds, 3)), DurationText.Of(outage));

    [LoggerMessage(2003, LogLevel.Debug, "PostgreSQL rejected a row for its own values ({SqlState}: {Cause})")]
    public static partial void RowRejected(ILogger logger, string sqlState, string cause);

    [LoggerMessage(
        2004,
        LogLevel.Warning,
        "The writer stopped with {Count} uncommitted rows ({Error}). Their messages must be delivered again")]
    private static partial void StoppedBeforeCommit(ILogger logger, int count, string error);

    public static void StoppedBeforeCommit(ILogger logger, int count, DatabaseFault fault) =>
        StoppedBeforeCommit(WithSqlState(logger, fault), count, fault.SqlState);

    [LoggerMessage(2005, LogLevel.Error, "A row failed with {ExceptionType}, which is not a failure of PostgreSQL")]
    public static partial void RowFailed(ILogger logger, string exceptionType);

    [LoggerMessage(
        2006,
        LogLevel.Warning,
        "Masking:Method is {Method}: {Weakness}. Use Hmac, unless new masks must equal those of an old table")]
    public static partial void MaskingIsWeak(ILogger logger, MaskingMethod method, string weakness);

    [LoggerMessage(
        2010,
        LogLevel.Warning,
        "PostgreSQL refuses a row ({SqlState}): {Cause}: {Remedy}. The writer retries it apart from the others")]
    public static partial void RowRefused(ILogger logger, string sqlState, string cause, string remedy);

    [LoggerMessage(
        2011,
        LogLevel.Error,
        "PostgreSQL refused {Refused} of the last {Rows} rows ({SqlState}): {Cause}: {Remedy}. The writer holds all "
        + "rows and retries one that was refused until PostgreSQL takes it")]
    public static partial void ManyRowsRefused(
        ILogger logger, int refused, int rows, string sqlState, string cause, string remedy);

    [LoggerMessage(
        2012,
        LogLevel.Warning,
        "Rows that PostgreSQL refuses go back to their queue, {Count} more now ({SqlState}): {Cause}: {Remedy}")]
    public static partial void RowsDeferred(
        ILogger logger, int count, string sqlState, string cause, string remedy);

    [LoggerMessage(
        2013,
        LogLevel.Warning,
        "A statement of {Rows} rows took too long ({SqlState}: {Cause}): batches of at most {Limit} rows follow")]
    public static partial void BatchTimedOut(ILogger logger, int rows, string sqlState, string cause, int limit);

    [LoggerMessage(
        2030,
        LogLevel.Error,
        "PostgreSQL refuses all rows ({SqlState}): {Cause}: {Remedy}. {Count} wait, and none was written since the "
        + "first of them. The writer retries them until PostgreSQL takes them")]
    public static partial void AllRowsRefused(
        ILogger logger, string sqlState, string cause, string remedy, int count);

    [LoggerMessage(1180, LogLevel.Information, "{Table} had no partition for {Date}: {Partition} was added")]
    public static partial void PartitionAdded(ILogger logger, LoginTables table, string date, string partition);

    [LoggerMessage(1181, LogLevel.Information, "{Table} is {Form} now, and the writer follows")]
    public static partial void TableFormChanged(ILogger logger, LoginTables table, string form);

    [LoggerMessage(2020, LogLevel.Warning, "{Cause}. Remedy: {Remedy}")]
    public static partial void CommitsAreNotDurable(ILogger logger, string cause, string remedy);

    [LoggerMessage(
        2021,
        LogLevel.Warning,
        "The identity of PostgreSQL at {Host} is not checked: anybody on the way can read and change what is sent. "
        + "Remedy: SSL Mode=VerifyFull in {Setting}, with Root Certificate for a private authority")]
    public static partial void ServerIsUnverified(ILogger logger, string host, string setting);

    [LoggerMessage(
        2022,
        LogLevel.Warning,
        "Every user of this machine can read the file that {Setting} names. Remedy: chmod 600, or defaultMode 0400 for "
        + "a mounted secret")]
    public static partial void KeyFileIsReadableByAll(ILogger logger, string setting);

    [LoggerMessage(2050, LogLevel.Warning, "{Cause}")]
    public static partial void SchemaIsOpen(ILogger logger, string cause);

    [LoggerMessage(
        2051,
        LogLevel.Warning,
        "The row of generation {Generation} in masking_generations is ignored: its mac does not show that a holder of "
        + "the keys wrote it. Remedy: give this process the keys of newer generations, if there are any, and run "
        + "'fetch-etl keys register' with them; else delete the row")]
    public static partial void GenerationIgnored(ILogger logger, int generation);

    [LoggerMessage(
        2070,
        LogLevel.Information,
        "The settings of {Table} have changed, and this process follows: masked are {Fields}, message ids are "
        + "{MessageIds}")]
    public static partial void TableSettingsChanged(
        ILogger logger, string table, string fields, MessageIdForm messageIds);

    [LoggerMessage(
        2052,
        LogLevel.Warning,
        "{Sessions} sessions in this database are of processes whose settings make other rows. Remedy: give all of "
        + "them the same Masking:Fields, Masking:Method, Masking:Former, Masking:Vault:PublicKeyFile and "
        + "AppVersion:Encoding")]
    public static partial void OthersWriteAnotherForm(ILogger logger, long sessions);

    private static ValueLogger WithSqlState(ILogger logger, DatabaseFault fault) =>
        new(logger, "SqlState", fault.SqlStateOnly);
}
