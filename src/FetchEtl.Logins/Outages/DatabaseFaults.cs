using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// The one place that decides whether a failure may be a row's, ends by itself, or needs an operator.
/// </summary>
public static class DatabaseFaults
{
    /// <summary>PostgreSQL reported success, and a row is neither new nor there.</summary>
    internal static readonly DatabaseFault RowMissing = new(
        FaultKind.Refused,
        "02000",
        "a BEFORE INSERT trigger that returns NULL or a rule of the logins' table discards rows without an error: drop "
        + "or correct it");

    private const string NoConnection =
        "no connection to the server: check that it runs and that the connection string Logins names it";

    /// <summary>The server takes no writes.</summary>
    internal static readonly DatabaseFault ReadOnly = new(
        FaultKind.Operator, "25006", "the server is read-only: name the primary in the connection string Logins");

    /// <summary>
    /// Classifies by SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html), by the function that
    /// reported the error and by whether it happened in a function of the schema. Inner exceptions are included:
    /// Npgsql wraps those of the socket, and EF Core, in code that reads with it, wraps what Npgsql calls transient.
    /// </summary>
    /// <param name="exception">What a statement, a commit or an attempt to connect threw.</param>
    /// <returns>The fault; <see cref="FaultKind.Unknown"/> where the database is not at fault.</returns>
    public static DatabaseFault Classify(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                // The server rejected the session, so class 22 means the connection string, not a row.
                case PostgresException { InvariantSeverity: "FATAL" or "PANIC" } fatal
                    when Classify(new ServerError(fatal)).Kind == FaultKind.Refused:
                    return new DatabaseFault(
                        FaultKind.Operator,
                        fatal.SqlState,
                        "the server rejects the session: correct the connection string Logins");
                // pgbouncer's own words; it gives 08P01 to all its refusals.
                case PostgresException { SqlState: "08P01" } pooler
                    when pooler.MessageText.Contains("statement pooling", StringComparison.Ordinal):
                    return new DatabaseFault(
                        FaultKind.Operator,
                        pooler.SqlState,
                        "the vault needs transactions, and pgbouncer pools statements: set pool_mode = transaction or "
                        + "session for this database in pgbouncer");
                case PostgresException server:
                    return Classify(new ServerError(server));
                case DatabaseFaultException known:
                    return known.Fault;
                case MaskingRefusedException refused:
                    return new DatabaseFault(FaultKind.Operator, nameof(MaskingRefusedException), refused.Message);
                // Npgsql encodes strictly, so a lone surrogate fails before the server can reject it.
                case EncoderFallbackException:
                    return new DatabaseFault(
                        FaultKind.Refused,
                        PostgresErrorCodes.CharacterNotInRepertoire,
                        RefusalRemedies.CharacterNotInRepertoire);
            }
        }

        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is NpgsqlException or SocketException or IOException or TimeoutException)
            {
                return new DatabaseFault(FaultKind.Transient, cause.GetType().Name, NoConnection + Details(cause));
            }
        }

        return new DatabaseFault(FaultKind.Unknown, exception.GetType().Name, "an unexpected error");
    }

    /// <summary>
    /// Whether something answers that is no PostgreSQL: Npgsql got another byte than the protocol has for its first
    /// request.
    /// </summary>
    /// <param name="exception">What an attempt to connect threw.</param>
    public static bool IsOtherService(Exception exception) =>
        exception is NpgsqlException { Message: { } text }
        && text.StartsWith("Received unknown response", StringComparison.Ordinal);

    /// <summary>Npgsql's text of a failed connection names host and port, the socket's the cause.</summary>
    private static string Details(Exception cause) => cause switch
    {
        NpgsqlException { InnerException: SocketException socket } when socket.Message != cause.Message =>
            $". {cause.Message}: {socket.Message}",
        NpgsqlException { InnerException: SocketException } => $". {cause.Message}",
        _ when IsOtherService(cause) => ". What answers there is no PostgreSQL: correct the host or the port",
        _ => string.Empty,
    };

    /// <summary>
    /// The statement did not end within the command timeout: fewer rows may be written in time. Some poolers and
    /// proxies pass no cancel request on, and a connection that hangs looks the same.
    /// </summary>
    /// <param name="seconds">The command timeout.</param>
    /// <param name="isConfirmed">Whether the server answered that it cancelled the statement.</param>
    internal static DatabaseFault CommandTimeout(int seconds, bool isConfirmed = true) => new(
        FaultKind.Transient,
        PostgresErrorCodes.QueryCanceled,
        $"the statement did not end within the command timeout of {seconds} s" + (isConfirmed
            ? string.Empty
            : ", and the server did not confirm its cancellation: it is too slow, or there is no connection to the "
                + "server"));

    /// <summary>Whether the statement took longer than it may while the server was there.</summary>
    internal static bool IsTimeout(DatabaseFault fault) =>
        fault.SqlState == PostgresErrorCodes.QueryCanceled;

    /// <summary>Whether the statement lost against another one, so that the next attempt may succeed.</summary>
    internal static bool IsConflict(DatabaseFault fault) =>
        fault.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected;

    /// <summary>
    /// What names the cause of an outage: the SQLSTATE. A server that restarts gives several (57P01, 08006, 57P03, no
    /// answer), which are one cause.
    /// </summary>
    internal static string CauseOf(DatabaseFault fault) => fault switch
    {
        { Kind: FaultKind.Transient, SqlState: ['0', '8', ..] or ['5', '7', 'P', ..] } => NoConnection,
        { Kind: FaultKind.Transient, SqlStateOnly: null } => NoConnection,
        _ => fault.SqlState,
    };

    private static DatabaseFault Classify(ServerError error)
    {
        return error.SqlState switch
        {
            "25006" => ReadOnly,
            "3D000" => Operator("the database does not exist: create it, or correct the connection string Logins"),
            ['2', '8', ..] => Operator(
                "the server rejects the login: correct user and password in the connection string Logins"),
            "53100" => Operator("the server's disk is full: free or add space"),

            "40001" => Transient("serialization_failure"),
            "40P01" => Transient("deadlock_detected"),
            ['0', '8', ..] => Transient("the connection failed"),
            "53300" => Transient(
                "no connection is left: close some, or raise the limit of the server, the database or the role"),
            ['5', '3', ..] => Transient("the server is out of a resource"),
            "57014" => Transient("the server cancelled the statement: statement_timeout, or an operator"),
            ['5', '7', ..] => Transient("an operator or the server ended the statement"),
            ['5', '8', ..] => Transient("the server failed outside PostgreSQL"),
            "55P03" or "55006" => Transient("an object is in use"),

            // A trigger can fail for one row and for no other, whatever its error is.
            _ when error.IsFromFunction => Refused(),

            // The insert itself: these say nothing about a row.
            "3F000" => Operator("the schema does not exist: run the migrations, or correct Storage:Schema "
                + "or the search_path in the connection string Logins"),
            "42501" when error.Routine != "ExecWithCheckOptions" => Operator(
                "the role lacks a right: grant it INSERT and SELECT on user_logins, SELECT on masking_generations " +
                "and erased_messages, with a vault SELECT and INSERT on pii_vault (where Storage:Table names another " +
                "table, on that one instead of user_logins)"),
            "42P01" => Operator("a table does not exist in the schemas of the connection's search_path: run the "
                + "migrations (fetch-etl migrate), or correct the search_path"),
            ['4', '2', ..] and not "42501" => Operator("the table does not match the model: run the migrations"),
            ['5', '5', ..] => Transient("an object is in use or not ready"),
            ['4', '0', ..] or ['X', 'X', ..] => Transient("the server failed"),

            // What is left may be a single row's, and where it is not, the share of refused rows says so.
            _ => Refused(),
        };

        DatabaseFault Refused() => new(FaultKind.Refused, error.SqlState, RefusalRemedies.For(error))
        {
            IsFromFunction = error.IsFromFunction,
        };

        DatabaseFault Operator(string reason) => new(FaultKind.Operator, error.SqlState, reason);
        DatabaseFault Transient(string reason) => new(FaultKind.Transient, error.SqlState, reason);
    }
}
