using System.Net.Sockets;
using System.Security.Authentication;
using FetchEtl.Logins;
using Npgsql;

namespace FetchEtl.Service;

/// <summary>The failures of PostgreSQL in words, each with the remedy. The server's own text is never shown.</summary>
internal static class DatabaseTrouble
{
    private const string CheckServer =
        "check that PostgreSQL runs, and that ConnectionStrings:Logins names its host, its port and an SSL Mode that "
        + "it supports";

    /// <summary>Npgsql's words, and no other sign, where the server refuses its request for TLS.</summary>
    private const string NoTls = "No SSL enabled connection";

    /// <param name="exception">What a call of Npgsql threw.</param>
    /// <param name="host">Host and port, where a connection failed.</param>
    /// <returns>What happened, and what to do.</returns>
    public static (string Found, string Remedy) Describe(Exception exception, string? host = null)
    {
        switch (exception)
        {
            case NpgsqlException { InnerException: AuthenticationException tls }:
                return (
                    $"the TLS handshake failed: {tls.Message.TrimEnd('.')}",
                    "name the file of a private authority in Root Certificate of ConnectionStrings:Logins; "
                    + "SSL Mode=VerifyFull needs the host's name in the certificate");
            case NpgsqlException { InnerException: SocketException socket } connection:
                // Npgsql's text is at times the socket's alone, and then it names no host.
                return connection.Message == socket.Message
                    ? (host is null ? socket.Message : $"{host}: {socket.Message}", CheckServer)
                    : ($"{connection.Message.TrimEnd('.')}: {socket.Message}", CheckServer);
            case NpgsqlException when exception.Message.Contains(NoTls, StringComparison.Ordinal):
                return (
                    "the server has TLS off, and SSL Mode asks for it",
                    "set ssl = on at the server, with its certificate, or correct SSL Mode in "
                    + "ConnectionStrings:Logins; see docs/postgresql.md#tls");
            case NpgsqlException when DatabaseFaults.IsOtherService(exception):
                return ("what answers there is no PostgreSQL", CheckServer);
            case TimeoutException or NpgsqlException { InnerException: TimeoutException }:
                return ("PostgreSQL does not answer in time", CheckServer);
        }

        var fault = DatabaseFaults.Classify(exception);
        var state = fault.SqlState.Length == 5 ? $" (SQLSTATE {fault.SqlState})" : string.Empty;
        var colon = fault.Reason.IndexOf(": ", StringComparison.Ordinal);
        return fault switch
        {
            { SqlState: PostgresErrorCodes.InvalidCatalogName } => (
                $"the database does not exist{state}",
                "correct Database in ConnectionStrings:Logins, or run 'fetch-etl migrate --create-database'"),
            { SqlState: PostgresErrorCodes.UndefinedColumn } => (
                $"the table does not match the model{state}",
                "run 'fetch-etl migrate', which adds what is missing or says how to restore it"),
            { Kind: FaultKind.Transient } when exception is not PostgresException => (
                exception is NpgsqlException ? exception.Message.TrimEnd('.') : fault.Reason, CheckServer),
            _ when colon > 0 => ($"{fault.Reason[..colon]}{state}", fault.Reason[(colon + 2)..]),
            _ => ($"{fault.Reason}{state}", "see the log of PostgreSQL, and try again"),
        };
    }
}
