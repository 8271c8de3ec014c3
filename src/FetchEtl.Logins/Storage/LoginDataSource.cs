using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// The connections to the table. What PostgreSQL says of a refused statement can quote the row, as a constraint's detail or in a
/// trigger's words, and Npgsql would put it into its spans: so its commands have none here, nor logs, nor details, whatever the
/// connection string or the process asks for.
/// </summary>
internal sealed class LoginDataSource : IAsyncDisposable, IDisposable
{
    public LoginDataSource(IOptions<LoginsOptions> options)
    {
        var builder = new NpgsqlDataSourceBuilder(options.Value.ConnectionString);
        builder.ConnectionStringBuilder.IncludeErrorDetail = false;
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
