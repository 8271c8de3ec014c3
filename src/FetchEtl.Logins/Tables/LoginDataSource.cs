using Microsoft.Extensions.Options;
using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// The connections to the table: those of the application's data source where it has set one, else of a pool of their
/// own, which <see cref="LoginDataSourceBuilderExtensions.ConfigureForLogins"/> sets up.
/// </summary>
internal sealed class LoginDataSource : IAsyncDisposable, IDisposable
{
    private readonly NpgsqlDataSource? _pool;

    public LoginDataSource(IOptions<LoginsOptions> options, IServiceProvider services)
    {
        if (options.Value.DataSource is { } application)
        {
            Source = application(services);
            return;
        }

        var builder = new NpgsqlDataSourceBuilder(options.Value.ConnectionString);
        // The name of the pool in Npgsql's metrics, which would be the connection string.
        builder.Name = "logins";
        builder.ConnectionStringBuilder.ApplicationName ??= WrittenForm.NameOf(options.Value);
        Source = _pool = builder.ConfigureForLogins().Build();
    }

    public NpgsqlDataSource Source { get; }

    public void Dispose() => _pool?.Dispose();

    public ValueTask DisposeAsync() => _pool?.DisposeAsync() ?? ValueTask.CompletedTask;
}
