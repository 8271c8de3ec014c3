using System.Data;
using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// Looks from time to time, over another connection, for the session that blocks a long statement. Once the statement
/// has timed out, PostgreSQL no longer knows that session.
/// </summary>
internal sealed class BlockerWatch : IAsyncDisposable
{
    private static readonly TimeSpan LongestFirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnection _connection;
    private readonly int _session;
    private readonly CancellationTokenSource _ended = new();
    private Task _looking = Task.CompletedTask;
    private volatile BlockingSession? _seen;

    private BlockerWatch(NpgsqlDataSource source, NpgsqlConnection connection)
    {
        _source = source;
        _connection = connection;
        _session = connection.ProcessID;
    }

    /// <summary>
    /// Begins. The first look comes at a quarter of the command timeout, and after 1 s at the latest: a timeout of the
    /// server can be shorter. The next ones follow after half of the command timeout each, and after 5 s at the latest.
    /// </summary>
    public static BlockerWatch Start(NpgsqlDataSource source, NpgsqlConnection connection, TimeProvider time)
    {
        var watch = new BlockerWatch(source, connection);
        watch._looking = watch.LookAsync(TimeSpan.FromSeconds(connection.CommandTimeout), time);
        return watch;
    }

    /// <summary>Explains the failure of a statement on the connection where it is a timeout.</summary>
    /// <returns>
    /// The session that blocked the statement at the last two looks, else that it took too long. Null where the failure
    /// says more.
    /// </returns>
    public DatabaseFault? Explain(Exception exception)
    {
        if (!IsTimeout(exception))
        {
            return null;
        }

        if (_seen is { } session)
        {
            return session.ToFault();
        }

        // Npgsql breaks a connection on which the server does not confirm that it cancelled the statement.
        return exception.GetBaseException() is TimeoutException
            ? DatabaseFaults.CommandTimeout(
                _connection.CommandTimeout, isConfirmed: _connection.State == ConnectionState.Open)
            : null;
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _looking.WithoutThrowing();
        _ended.Dispose();
    }

    /// <summary>Whether a timeout of the client or the server, or a cancel request, ended the statement.</summary>
    private static bool IsTimeout(Exception exception) =>
        exception is TimeoutException or PostgresException
        {
            SqlState: PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.LockNotAvailable
        }
        || (exception.InnerException is { } inner && IsTimeout(inner));

    /// <summary>A timeout of 0 is none.</summary>
    private static TimeSpan Shorter(TimeSpan part, TimeSpan longest) =>
        part > TimeSpan.Zero && part < longest ? part : longest;

    private async Task LookAsync(TimeSpan timeout, TimeProvider time)
    {
        var pause = Shorter(timeout / 4, LongestFirstPause);
        BlockingSession? before = null;
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

                // A look can come just after the timeout has ended the wait, so two of them forget a session.
                var found = await BlockingSession.FindAsync(_source, _session, _ended.Token);
                _seen = found ?? before;
                before = found;
                pause = Shorter(timeout / 2, LongestPause);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or NpgsqlException)
        {
            // The statement has ended, or its own failure says more.
        }
    }
}
