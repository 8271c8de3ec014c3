using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// The connections to the table. PostgreSQL's text about a rejected statement can quote the row, for example in the
/// detail of a constraint or in the words of a trigger, and Npgsql puts it into spans and logs. So these connections
/// have no spans, no logs and no details, whatever the connection string or the process asks for.
/// </summary>
internal sealed class LoginDataSource : IAsyncDisposable, IDisposable
{
    public LoginDataSource(IOptions<LoginsOptions> options)
    {
        var builder = new NpgsqlDataSourceBuilder(options.Value.ConnectionString);
        // The name of the pool in Npgsql's metrics, which would be the connection string.
        builder.Name = "logins";
        var connection = builder.ConnectionStringBuilder;
        connection.IncludeErrorDetail = false;
        connection.ApplicationName ??= WrittenForm.NameOf(options.Value);

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
        Source = builder.Build();
    }

    public NpgsqlDataSource Source { get; }

    public void Dispose() => Source.Dispose();

    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
