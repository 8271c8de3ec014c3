using Npgsql;

namespace FetchEtl.Logins;

/// <summary>Creates sessions with the database of the logins.</summary>
public sealed class LoginDataSource : IAsyncDisposable, IDisposable
{
    private readonly bool _isOwner;

    /// <param name="source">The connections. The application disposes it.</param>
    /// <param name="tables">The names of the tables; <see cref="LoginTables.Default"/> unless given.</param>
    public LoginDataSource(NpgsqlDataSource source, LoginTables? tables = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        Source = source;
        Tables = tables ?? LoginTables.Default;
    }

    /// <summary>
    /// The connections of the application's data source where it has set one, else of a pool of their own, which
    /// <see cref="LoginDataSourceBuilderExtensions.ConfigureForLogins"/> sets up.
    /// </summary>
    internal LoginDataSource(LoginsOptions options, IServiceProvider services)
    {
        Tables = LoginTables.Of(options.Storage);
        if (options.DataSource is { } application)
        {
            Source = application(services);
            return;
        }

        var builder = new NpgsqlDataSourceBuilder(options.ConnectionString);
        // The name of the pool in Npgsql's metrics, which would be the connection string.
        builder.Name = "logins";
        builder.ConnectionStringBuilder.ApplicationName ??= WrittenForm.NameOf(options);
        Source = builder.ConfigureForLogins().Build();
        _isOwner = true;
    }

    /// <summary>The connections.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>The names of the tables.</summary>
    public LoginTables Tables { get; }

    /// <summary>The form of the logins' table, which all sessions know once one has read it.</summary>
    internal TableForm Form { get; } = new();

    /// <summary>Creates a session, whose connection is opened by its first statement.</summary>
    /// <returns>The session.</returns>
    public LoginDatabase Create() => new(Source.CreateConnection(), Tables, Form);

    /// <summary>Disposes the pool, if it is not the application's.</summary>
    public void Dispose()
    {
        if (_isOwner)
        {
            Source.Dispose();
        }
    }

    /// <inheritdoc cref="Dispose"/>
    /// <returns>A task that completes when the connections are closed.</returns>
    public ValueTask DisposeAsync() => _isOwner ? Source.DisposeAsync() : ValueTask.CompletedTask;
}
