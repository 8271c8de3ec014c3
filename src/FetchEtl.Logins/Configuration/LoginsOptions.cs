using MassTransit;
using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// The settings of the library. In the configuration section that <c>AddLogins</c> gets, they are
/// <c>ConnectionStrings:Logins</c>, <c>Storage:…</c>, <c>Masking:…</c> and <c>AppVersion:…</c>. The host checks them at
/// start and reports all problems at once.
/// </summary>
public sealed class LoginsOptions
{
    /// <summary>
    /// Npgsql's connection string (<c>ConnectionStrings:Logins</c>). Required without <see cref="DataSource"/>. To
    /// detect a server that stopped answering, set <c>Keepalive</c> or <c>Tcp Keepalive</c> in it.
    /// </summary>
    public string? ConnectionString { get; set; }

    /// <summary>
    /// Returns the application's own data source, which takes the place of <see cref="ConnectionString"/>. It stays the
    /// application's: the library does not dispose it. The function is called more than once, and returns the same one
    /// each time.
    /// </summary>
    /// <value>Null by default: the library builds one from the connection string.</value>
    /// <remarks>
    /// PostgreSQL's texts can quote a row, and Npgsql puts them into spans and logs. Only the builder of a data source
    /// can turn that off: call <see cref="LoginDataSourceBuilderExtensions.ConfigureForLogins"/> on it. A data source
    /// with <c>Include Error Detail</c> is refused.
    /// </remarks>
    public Func<IServiceProvider, NpgsqlDataSource>? DataSource { get; set; }

    /// <summary>
    /// Says what identifies a message, where the transport gives no id, or one that any producer may choose. Messages
    /// with the same identity are one row. <see cref="MessageIdentities"/> builds identities from texts and numbers.
    /// </summary>
    /// <value>
    /// Null by default: the identity is <see cref="MessageContext.MessageId"/>. That is also what counts where the
    /// function returns null or <see cref="Guid.Empty"/>.
    /// </value>
    /// <remarks>
    /// <para>
    /// The function gets each valid login at each delivery, on many threads at once, and must return the same for the
    /// same message. What it throws is a fault of the message, as what a consumer throws: a
    /// <see cref="System.ComponentModel.DataAnnotations.ValidationException"/> makes it a dead letter of the SQS rider,
    /// anything else is tried again there.
    /// </para>
    /// <para>The table stores it as it stores message ids: keyed, unless <c>Masking:MessageIds</c> is Raw.</para>
    /// </remarks>
    public Func<ConsumeContext, Guid?>? MessageIdentity { get; set; }

    /// <summary>
    /// Says when a message was sent, where the transport does not report it. <c>create_date</c> is the UTC date of it.
    /// </summary>
    /// <value>
    /// Null by default: the time is <see cref="MessageContext.SentTime"/>, else that of the receipt. So it is where the
    /// function returns null.
    /// </value>
    /// <remarks>
    /// A partitioned table holds a message once for each date. So the time must be the same at each delivery. A time
    /// that is more than a day ahead of this machine's clock counts as not reported, from the transport too.
    /// </remarks>
    public Func<ConsumeContext, DateTimeOffset?>? MessageSentTime { get; set; }

    /// <summary>How rows are written (<c>Storage</c>).</summary>
    public StorageOptions Storage { get; set; } = new();

    /// <summary>What is masked, how, and under which keys (<c>Masking</c>).</summary>
    public MaskingOptions Masking { get; set; } = new();

    /// <summary>How versions become integers (<c>AppVersion</c>).</summary>
    public AppVersionOptions AppVersion { get; set; } = new();

    /// <summary>
    /// What stands before each key: the path of the configuration section with a colon, or nothing for the root.
    /// </summary>
    internal string KeyPrefix { get; set; } = string.Empty;

    /// <summary>The problems of keys that stand in no section of the library.</summary>
    internal IReadOnlyList<string> UnknownKeys { get; set; } = [];

    /// <summary>The problems of sections that could not be bound, by the name of the section.</summary>
    internal Dictionary<string, IReadOnlyList<string>> UnboundSections { get; } = [];
}
