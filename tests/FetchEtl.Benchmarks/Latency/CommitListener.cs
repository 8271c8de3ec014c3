using System.Collections.Concurrent;
using Npgsql;

namespace FetchEtl.Benchmarks;

/// <summary>
/// Hears of each row when another connection can see it, by a trigger's NOTIFY, which PostgreSQL sends out after the commit has reached
/// its disk. Its own commit timestamps are taken before.
/// </summary>
internal sealed class CommitListener : IAsyncDisposable
{
    private const string Trigger =
        """
        CREATE FUNCTION tell_row() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_notify('committed', NEW.message_id::text); RETURN NULL; END $$;
        CREATE TRIGGER tell_row AFTER INSERT ON user_logins FOR EACH ROW EXECUTE FUNCTION tell_row();
        LISTEN committed
        """;

    private readonly ConcurrentDictionary<string, DateTimeOffset> _heard = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly NpgsqlConnection _connection;
    private readonly Task _listening;

    private CommitListener(NpgsqlConnection connection)
    {
        _connection = connection;
        _connection.Notification += (_, committed) => _heard[committed.Payload] = DateTimeOffset.UtcNow;
        _listening = ListenAsync();
    }

    /// <summary>When each row was heard of, by its message id.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> Heard => _heard;

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
