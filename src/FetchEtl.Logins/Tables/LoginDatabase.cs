using System.Data;
using System.Runtime.ExceptionServices;
using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// A session with the database of the logins: one connection, and the names of the tables. Statements run on it as SQL,
/// without EF Core, whose model and queries cost a process more than half as much CPU time again at its start.
/// <see cref="LoginDbContext"/> is for code that reads with EF Core. One thread at a time uses a session.
/// </summary>
public sealed class LoginDatabase : IAsyncDisposable
{
    private readonly TableForm _form;
    private bool _wasOpened;

    /// <param name="connection">The connection, which the session disposes. Its first statement opens it.</param>
    /// <param name="tables">The names of the tables; <see cref="LoginTables.Default"/> unless given.</param>
    public LoginDatabase(NpgsqlConnection connection, LoginTables? tables = null)
        : this(connection, tables ?? LoginTables.Default, new TableForm())
    {
    }

    internal LoginDatabase(NpgsqlConnection connection, LoginTables tables, TableForm form)
    {
        ArgumentNullException.ThrowIfNull(connection);
        Connection = connection;
        Tables = tables;
        _form = form;
    }

    /// <summary>The connection.</summary>
    public NpgsqlConnection Connection { get; }

    /// <summary>The names of the tables.</summary>
    public LoginTables Tables { get; }

    /// <summary>Opens the connection, unless it is open. It stays open until the session is disposed.</summary>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>A task that completes when the connection is open.</returns>
    /// <exception cref="NpgsqlException">The server cannot be reached, or refused.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken = default)
    {
        if (Connection.State != ConnectionState.Open)
        {
            await Connection.OpenAsync(cancellationToken);
        }

        _wasOpened = true;
    }

    /// <summary>Begins a transaction, which holds all statements of the session until its end.</summary>
    /// <param name="level">Stated whatever the role's default.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>The transaction. Disposed without a commit, it is rolled back.</returns>
    /// <exception cref="NpgsqlException">The server cannot be reached, or refused.</exception>
    public async Task<NpgsqlTransaction> BeginTransactionAsync(
        IsolationLevel level = IsolationLevel.ReadCommitted, CancellationToken cancellationToken = default)
    {
        await OpenAsync(cancellationToken);
        return await Connection.BeginTransactionAsync(level, cancellationToken);
    }

    /// <summary>
    /// Writes rows in one statement: all or none. A row is skipped when the table already holds its
    /// <see cref="UserLogin.MessageId"/>, when the list holds it twice, or when its message was erased.
    /// </summary>
    /// <param name="logins">The rows.</param>
    /// <param name="cancellationToken">Cancels the statement. The rows may or may not be written then.</param>
    /// <returns>The number of new rows.</returns>
    /// <exception cref="NpgsqlException">PostgreSQL rejected the statement, or could not be reached.</exception>
    public async Task<int> InsertAsync(
        IReadOnlyList<UserLogin> logins, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(logins);
        var target = await _form.ReadAsync(this, cancellationToken);
        try
        {
            return await RunAsync();
        }
        catch (PostgresException exception) when (TableForm.IsOther(exception))
        {
            try
            {
                await _form.ReadAgainAsync(this, cancellationToken);
            }
            catch (PostgresException aborted) when (aborted.SqlState == PostgresErrorCodes.InFailedSqlTransaction)
            {
                // The caller's transaction can go no further, and the first failure says why.
                _form.Forget();
                ExceptionDispatchInfo.Throw(exception);
            }

            if (_form.Target == target)
            {
                throw;
            }

            target = _form.Target;
            return await RunAsync();
        }

        Task<int> RunAsync() => this.ExecuteAsync(
            new UnnestInsert(Tables, UnnestInsert.TargetOf(target, logins)).Sql,
            cancellationToken,
            UnnestInsert.Parameters(logins));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Connection.DisposeAsync();

    /// <summary>
    /// Opens the connection for the first statement. A connection that was lost since is an error: opened again, it
    /// would run the statement outside the transaction that was lost with it.
    /// </summary>
    /// <exception cref="NpgsqlException">The connection was lost, or cannot be opened.</exception>
    internal Task RequireOpenAsync(CancellationToken cancellationToken) =>
        _wasOpened && Connection.State != ConnectionState.Open
            ? throw new NpgsqlException("The connection was lost.")
            : OpenAsync(cancellationToken);
}
