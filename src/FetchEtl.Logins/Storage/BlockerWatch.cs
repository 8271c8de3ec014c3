using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// Looks from time to time, over another connection, for whom a long statement waits. Once the statement has timed out
/// PostgreSQL no longer knows that.
/// </summary>
internal sealed class BlockerWatch : IAsyncDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource _source;
    private readonly int _session;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _looking;
    private volatile BlockingSession? _seen;

    private BlockerWatch(NpgsqlDataSource source, int session, TimeSpan pause, TimeProvider time)
    {
        _source = source;
        _session = session;
        _looking = LookAsync(pause, time);
    }

    /// <summary>Begins. The first look comes at half of the command timeout, and after 5 s at the latest.</summary>
    public static BlockerWatch Start(NpgsqlDataSource source, NpgsqlConnection connection, TimeProvider time)
    {
        var half = TimeSpan.FromSeconds(connection.CommandTimeout) / 2;
        var pause = half > TimeSpan.Zero && half < LongestPause ? half : LongestPause;
        return new BlockerWatch(source, connection.ProcessID, pause, time);
    }

    /// <summary>For whom the statement waited when it was last looked at; null for no one.</summary>
    public DatabaseFault? Fault => _seen?.ToFault();

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _looking.WithoutThrowing();
        _ended.Dispose();
    }

    private async Task LookAsync(TimeSpan pause, TimeProvider time)
    {
        try
        {
            while (true)
            {
                // Nearly every statement ends here, so the wait must not throw.
                await Task.Delay(pause, time, _ended.Token).WithoutThrowing();
                if (_ended.IsCancellationRequested)
                {
                    return;
                }

                _seen = await BlockingSession.FindAsync(_source, _session, _ended.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or NpgsqlException)
        {
            // The statement has ended, or its own failure says more.
        }
    }
}
