using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// Sets up each new session so that the server ends it within about 30 s when its client is gone and has not closed the
/// connection, as behind a firewall that drops packets. By default Linux takes two hours, and until then the session
/// holds the message ids of the rows that it has not committed.
/// </summary>
internal static class SessionSettings
{
    // Of the names that this server knows, those that no one has set: neither a file nor role, database or client.
    private const string Sql =
        """
        SELECT pg_catalog.set_config(s.name, wanted.value, false)
        FROM (VALUES
            ('tcp_keepalives_idle', '10'),
            ('tcp_keepalives_interval', '5'),
            ('tcp_keepalives_count', '4'),
            ('tcp_user_timeout', '30000')) AS wanted (name, value)
        JOIN pg_catalog.pg_settings AS s ON s.name = wanted.name
        WHERE s.source = 'default'
        """;

    public static void Apply(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(Sql, connection);
        try
        {
            command.ExecuteNonQuery();
        }
        catch (PostgresException exception) when (IsRefusal(exception))
        {
            // The session works without them.
        }
    }

    public static async Task ApplyAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        try
        {
            await command.ExecuteNonQueryAsync();
        }
        catch (PostgresException exception) when (IsRefusal(exception))
        {
            // The session works without them.
        }
    }

    /// <summary>Whether a server or a pooler does not want the settings, and keeps the session.</summary>
    private static bool IsRefusal(PostgresException exception) => exception.InvariantSeverity is "ERROR" or null;
}
