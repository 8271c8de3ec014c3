using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// The one place that decides whether a failure is a row's fault, ends by itself, or needs an operator.
/// </summary>
public static class DatabaseFaults
{
    /// <summary>
    /// Classifies by SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html), inner exceptions
    /// included: EF Core wraps the failures that Npgsql calls transient in an InvalidOperationException.
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
                    when ClassifyState(fatal.SqlState).Kind == FaultKind.Data:
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
                    return ClassifyState(server.SqlState);
                case DatabaseFaultException known:
                    return known.Fault;
                case MaskingRefusedException refused:
                    return new DatabaseFault(FaultKind.Operator, nameof(MaskingRefusedException), refused.Message);
                // Npgsql encodes strictly, so a lone surrogate fails before the server can reject it.
                case EncoderFallbackException:
                    return ClassifyState(PostgresErrorCodes.CharacterNotInRepertoire);
            }
        }

        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is NpgsqlException or SocketException or IOException or TimeoutException)
            {
                return new DatabaseFault(
                    FaultKind.Transient,
                    cause.GetType().Name,
                    "no connection to the server: check that it runs and that the connection string Logins names it");
            }
        }

        return new DatabaseFault(FaultKind.Unknown, exception.GetType().Name, "an unexpected error");
    }

    /// <summary>Classifies a SQLSTATE: five characters, the first two the class.</summary>
    internal static DatabaseFault ClassifyState(string sqlState)
    {
        return sqlState switch
        {
            // No column of this schema is NOT NULL, so somebody added one.
            "23502" => Operator("a column that logins do not fill is NOT NULL: give it a default"),

            "22001" => Data("string_data_right_truncation"),
            "22003" => Data("numeric_value_out_of_range"),
            "22021" => Data("character_not_in_repertoire"),
            "23503" => Data("foreign_key_violation"),
            "23505" => Data("unique_violation"),
            "23514" => Data("check_violation"),
            ['2', '2', ..] => Data("data_exception"),
            ['2', '3', ..] => Data("integrity_constraint_violation"),

            "25006" => Operator("the server is read-only: name the primary in the connection string Logins"),
            "3D000" => Operator("the database does not exist: create it, or correct the connection string Logins"),
            "3F000" => Operator("the schema does not exist: correct the search_path in the connection string Logins"),
            "42501" => Operator(
                "the role lacks a right: grant it INSERT and SELECT on user_logins, SELECT, INSERT and UPDATE on " +
                "masking_generations, with a vault SELECT and INSERT on pii_vault"),
            ['4', '2', ..] => Operator("the table does not match the model: run the migrations"),
            ['2', '8', ..] => Operator(
                "the server rejects the login: correct user and password in the connection string Logins"),
            "53100" => Operator("the server's disk is full: free or add space"),

            "40001" => Transient("serialization_failure"),
            "40P01" => Transient("deadlock_detected"),
            ['0', '8', ..] => Transient("the connection failed"),
            "53300" => Transient(
                "no connection is left: close some, or raise the limit of the server, the database or the role"),
            ['5', '3', ..] => Transient("the server is out of a resource"),
            ['5', '5', ..] => Transient("an object is in use or not ready"),
            ['5', '7', ..] => Transient("an operator or the server ended the statement"),

            // No other code blames a row, so no row fails for it.
            _ => Transient("the server failed"),
        };

        DatabaseFault Data(string reason) => new(FaultKind.Data, sqlState, reason);
        DatabaseFault Operator(string reason) => new(FaultKind.Operator, sqlState, reason);
        DatabaseFault Transient(string reason) => new(FaultKind.Transient, sqlState, reason);
    }
}
