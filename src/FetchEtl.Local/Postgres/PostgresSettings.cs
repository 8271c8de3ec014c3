namespace FetchEtl.Local;

/// <summary>The settings that a private server's postgresql.conf adds to the defaults of PostgreSQL.</summary>
internal static class PostgresSettings
{
    private static readonly KeyValuePair<string, string>[] Defaults =
    [
        new("fsync", "off"),
        new("max_connections", "200"),
        new("timezone", "UTC"),
        new("log_timezone", "UTC"),
    ];

    // Only processes of this machine can connect. A socket path could be too long under a temporary folder.
    private static readonly KeyValuePair<string, string>[] Fixed =
    [
        new("listen_addresses", "127.0.0.1"),
        new("unix_socket_directories", ""),
    ];

    /// <summary>The lines to append. If several lines set one setting, PostgreSQL uses the last.</summary>
    public static IEnumerable<string> Lines(IEnumerable<KeyValuePair<string, string>> settings) =>
        Defaults.Concat(settings).Concat(Fixed).Select(setting => $"{setting.Key} = '{Escaped(setting.Value)}'");

    /// <summary>PostgreSQL reads a backslash in a quoted value as the start of an escape sequence.</summary>
    private static string Escaped(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("'", "''", StringComparison.Ordinal);
}
