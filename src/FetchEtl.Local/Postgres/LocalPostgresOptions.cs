namespace FetchEtl.Local;

/// <summary>Options of a <see cref="LocalPostgres"/>.</summary>
public sealed class LocalPostgresOptions
{
    /// <summary>
    /// Receives one line before a step that takes long or changes the machine, such as installing PostgreSQL.
    /// </summary>
    /// <value>Default: null, no notices.</value>
    public Action<string>? Notice { get; init; }

    /// <summary>
    /// Server settings, by their names in postgresql.conf. They override the defaults below. Port and address are
    /// fixed.
    /// </summary>
    /// <value>
    /// The defaults are <c>fsync = off</c>, <c>max_connections = 200</c> and UTC for both time zones. Without fsync a
    /// commit does not wait for the disk: rows survive a crash of the server, not one of the machine, and commits cost
    /// less than in production. Set <c>fsync</c> to <c>on</c> to measure a real disk. <c>synchronous_commit</c> and
    /// <c>full_page_writes</c> stay on, so the server works and writes its log as in production.
    /// </value>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}
