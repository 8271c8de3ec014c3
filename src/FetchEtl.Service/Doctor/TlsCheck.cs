using FetchEtl.Logins;
using Npgsql;

namespace FetchEtl.Service;

/// <summary>Whether the session is encrypted, and whether the connection string checks the server's identity.</summary>
internal static class TlsCheck
{
    private const string Sql =
        """
        SELECT s.version FROM pg_catalog.pg_stat_ssl AS s
        WHERE s.pid = pg_catalog.pg_backend_pid() AND s.ssl
        """;

    public static async Task<Finding> RunAsync(
        DoctorContext context, string connectionString, CancellationToken cancellationToken)
    {
        var unverified = ServerIdentity.FindUnverifiedHosts(connectionString);
        var version = context.Connection is null ? null : await ReadVersionAsync(context, cancellationToken);
        if (unverified.Count > 0)
        {
            return Checks.Tls.Warn(
                $"nothing checks the certificate of {string.Join(", ", unverified)}: anybody on the way can answer in "
                + "its place" + (version is null ? string.Empty : $"; the session uses {version}"),
                "set SSL Mode=VerifyFull in ConnectionStrings:Logins, and Storage:RequireTls");
        }

        var mode = new NpgsqlConnectionStringBuilder(connectionString).SslMode;
        return (mode, version) switch
        {
            (SslMode.VerifyFull or SslMode.VerifyCA, null) => Checks.Tls.Ok($"SSL Mode={mode}"),
            (SslMode.VerifyFull or SslMode.VerifyCA, _) => Checks.Tls.Ok($"{version}, SSL Mode={mode}"),
            (_, null) => Checks.Tls.Ok("not needed on this machine"),
            _ => Checks.Tls.Ok($"{version}, on this machine"),
        };
    }

    private static async Task<string?> ReadVersionAsync(DoctorContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await context.Limit.RunAsync(
                async token =>
                {
                    await using var command = new NpgsqlCommand(Sql, context.Connection);
                    return await command.ExecuteScalarAsync(token) as string;
                },
                cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // A pooler may not know the view. The connection string still says what is checked.
            return null;
        }
    }
}
