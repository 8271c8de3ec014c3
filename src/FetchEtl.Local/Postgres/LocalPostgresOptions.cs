namespace FetchEtl.Local;

/// <summary>How a <see cref="LocalPostgres"/> is set up.</summary>
public sealed class LocalPostgresOptions
{
    /// <summary>
    /// Told in one line before something takes long or changes the machine: PostgreSQL being installed. Silent by
    /// default.
    /// </summary>
    public Action<string>? Notice { get; init; }

    /// <summary>
    /// Server settings, as in postgresql.conf; they win over the defaults below. Not for the port or the address.
    /// </summary>
    /// <value>
    /// The defaults are <c>fsync = off</c>, <c>max_connections = 200</c> and UTC for both time zones. Without fsync a
    /// commit does not wait for the disk: rows survive a crash of the server, not one of the machine, and commits cost
    /// less than in production. Set <c>fsync</c> to <c>on</c> to measure a real disk. <c>synchronous_commit</c> and
    /// <c>full_page_writes</c> stay on, so that the server does the work and writes the log a production one does.
    /// </value>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}
