using Npgsql;

namespace FetchEtl.Service;

/// <summary>
/// Runs a verb's work on the database, and says what the user can do where the role lacks a right or a signal stops it.
/// </summary>
internal static class DatabaseWork
{
    /// <summary>For verbs that only read.</summary>
    public const string NothingChanged = "stopped before the end. Nothing was changed.";

    /// <summary>Runs the work.</summary>
    /// <param name="work">The work.</param>
    /// <param name="missing">The rights that the role may lack, as a sentence without its period.</param>
    /// <param name="stopped">Says, at a stop, what is done and how to go on. Null leaves that to the verb.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="UsageException">PostgreSQL refused a right.</exception>
    /// <exception cref="VerbStoppedException">The work was stopped.</exception>
    public static async Task<T> RunAsync<T>(
        Func<Task<T>> work, string missing, Func<string>? stopped, CancellationToken cancellationToken)
    {
        try
        {
            return await work();
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new UsageException($"The role in ConnectionStrings:Logins lacks a right: {missing}.");
        }
        catch (Exception exception)
            when (stopped is not null && cancellationToken.IsCancellationRequested && Verb.IsStop(exception))
        {
            throw new VerbStoppedException(stopped());
        }
    }
}
