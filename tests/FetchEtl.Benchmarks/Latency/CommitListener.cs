using System.Collections.Concurrent;
using Npgsql;

namespace FetchEtl.Benchmarks;

/// <summary>
/// Records when each row is visible to another connection, with a trigger that calls NOTIFY. PostgreSQL sends the
/// notification after the commit is on its disk. Its commit timestamps are older, so they are not used.
/// </summary>
internal sealed class CommitListener : IAsyncDisposable
{
    private const string Trigger =
        """
        CREATE FUNCTION notify_row() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_notify('committed', NEW.message_id::text); RETURN NULL; END $$;
        CREATE TRIGGER notify_row AFTER INSERT ON user_logins FOR EACH ROW EXECUTE FUNCTION notify_row();
        LISTEN committed
        """;

    private readonly ConcurrentDictionary<string, DateTimeOffset> _committed = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly NpgsqlConnection _connection;
    private readonly Task _listening;

    private CommitListener(NpgsqlConnection connection)
    {
        _connection = connection;
        _connection.Notification += (_, notification) => _committed[notification.Payload] = DateTimeOffset.UtcNow;
        _listening = ListenAsync();
    }

    /// <summary>When the notification of each row arrived, by its message id.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Committed => _committed;

    /// <summary>Creates the trigger and listens.</summary>
    public static async Task<CommitListener> StartAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Trigger, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return new CommitListener(connection);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _connection.DisposeAsync();
        _stop.Dispose();
    }

    private async Task ListenAsync()
    {
        while (true)
        {
            await _connection.WaitAsync(_stop.Token);
        }
    }
}
