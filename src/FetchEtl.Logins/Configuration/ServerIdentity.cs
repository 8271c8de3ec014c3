using System.Net;
using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// Whether a connection to PostgreSQL checks the server's identity. Npgsql's default, <c>SSL Mode=Prefer</c>, continues
/// without encryption where the server, or an attacker on the way, declines it.
/// </summary>
public static class ServerIdentity
{
    /// <summary>Finds the servers on other machines that a connection string reaches without that check.</summary>
    /// <param name="connectionString">Npgsql's connection string.</param>
    /// <returns>
    /// The hosts; none where <c>SSL Mode</c> is <c>VerifyCA</c> or <c>VerifyFull</c>. Loopback addresses and Unix
    /// sockets do not leave the machine.
    /// </returns>
    /// <exception cref="ArgumentException">Npgsql cannot read the connection string.</exception>
    public static IReadOnlyList<string> FindUnverifiedHosts(string connectionString)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString);
        return connection.SslMode is SslMode.VerifyCA or SslMode.VerifyFull
            ? []
            : [.. (connection.Host ?? string.Empty)
                .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(WithoutPort)
                .Where(host => !IsOnThisMachine(host))];
    }

    /// <summary>Each of several hosts can have a port: <c>a:5433</c>, <c>[::1]:5433</c>.</summary>
    private static string WithoutPort(string host)
    {
        var isAddress = IPAddress.TryParse(host, out var address);
        return isAddress ? address!.ToString() : host.Split(':')[0];
    }

    /// <summary>A path or an abstract name is that of a Unix socket.</summary>
    private static bool IsOnThisMachine(string host) =>
        host.StartsWith('/') || host.StartsWith('@')
        || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
