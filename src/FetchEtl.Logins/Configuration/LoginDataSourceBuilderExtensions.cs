using FetchEtl.Logins;
using Microsoft.Extensions.Logging.Abstractions;

namespace Npgsql;

/// <summary>Sets up a data source of the application's own for <see cref="LoginsOptions.DataSource"/>.</summary>
public static class LoginDataSourceBuilderExtensions
{
    /// <summary>
    /// Keeps PostgreSQL's texts out of spans and logs. They can quote a row, for example in the detail of a constraint
    /// or in the words of a trigger. The data source then has no spans, no logs and no details, whatever else asks for
    /// them. Its sessions also end within 30 s when their client is gone without closing the connection.
    /// </summary>
    /// <param name="builder">
    /// The builder of a data source for logins alone. Call this last: it replaces the builder's logger, its filters of
    /// traces and its initializer of physical connections.
    /// </param>
    /// <returns>The builder.</returns>
    public static NpgsqlDataSourceBuilder ConfigureForLogins(this NpgsqlDataSourceBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var connection = builder.ConnectionStringBuilder;
        connection.IncludeErrorDetail = false;

        // DISCARD ALL would undo the session's settings, and behind a transaction pooler it meets a session of others.
        if (!connection.ShouldSerialize("No Reset On Close"))
        {
            connection.NoResetOnClose = true;
        }

        builder.UsePhysicalConnectionInitializer(SessionSettings.Apply, SessionSettings.ApplyAsync);
        builder.UseLoggerFactory(NullLoggerFactory.Instance);
        builder.ConfigureTracing(static tracing => tracing
            .ConfigureCommandFilter(static _ => false)
            .ConfigureBatchFilter(static _ => false)
            .ConfigureCopyOperationFilter(static _ => false));
        return builder;
    }
}
