namespace FetchEtl.Local;

/// <summary>What a private server's postgresql.conf says beyond PostgreSQL's own defaults.</summary>
internal static class PostgresSettings
{
    private static readonly KeyValuePair<string, string>[] Defaults =
    [
        new("fsync", "off"),
        new("max_connections", "200"),
        new("timezone", "UTC"),
        new("log_timezone", "UTC"),
    ];

    // Nobody but this machine's processes may reach it, and a socket's path could be too long under a temporary folder.
    private static readonly KeyValuePair<string, string>[] Fixed =
    [
        new("listen_addresses", "127.0.0.1"),
        new("unix_socket_directories", ""),
    ];

    /// <summary>The lines to append: of several for one setting, PostgreSQL takes the last.</summary>
    public static IEnumerable<string> Lines(IEnumerable<KeyValuePair<string, string>> settings) => Defaults
        .Concat(settings)
        .Concat(Fixed)
        .Select(setting => $"{setting.Key} = '{setting.Value.Replace("'", "''", StringComparison.Ordinal)}'");
}
