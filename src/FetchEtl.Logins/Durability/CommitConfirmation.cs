using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// Listens on a connection while it commits. PostgreSQL commits locally where the wait for a synchronous standby is
/// cancelled, as by Npgsql's command timeout, and says so only in a warning.
/// </summary>
internal sealed class CommitConfirmation : IDisposable
{
    // The text of the warning follows the server's language; the name of its function does not. See syncrep.c.
    private const string Waiting = "SyncRepWaitForLSN";

    private readonly NpgsqlConnection _connection;
    private volatile string? _sqlState;

    public CommitConfirmation(NpgsqlConnection connection)
    {
        _connection = connection;
        _connection.Notice += OnNotice;
    }

    /// <summary>Throws where a commit was not confirmed since this object was created.</summary>
    /// <exception cref="DatabaseFaultException">
    /// The rows are committed, and a failover can lose them. A retry commits again and so waits again.
    /// </exception>
    public void ThrowIfMissing()
    {
        if (_sqlState is { } sqlState)
        {
            throw new DatabaseFaultException(new DatabaseFault(
                FaultKind.Transient,
                sqlState,
                "the rows are committed, but no synchronous standby has confirmed them: check the standby " +
                "(pg_stat_replication), or take it out of synchronous_standby_names"));
        }
    }

    public void Dispose() => _connection.Notice -= OnNotice;

    private void OnNotice(object sender, NpgsqlNoticeEventArgs e)
    {
        if (e.Notice.Routine == Waiting)
        {
            _sqlState = e.Notice.SqlState;
        }
    }
}
