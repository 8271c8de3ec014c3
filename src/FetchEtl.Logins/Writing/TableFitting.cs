using System.Data;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// Lets an insert fit a table that was partitioned meanwhile, and adds the partition that a row needs. Neither
/// is an outage, and no row is at fault.
/// </summary>
/// <param name="tables">The names of the tables.</param>
/// <param name="form">The table's form.</param>
/// <param name="log">Receives a line for each change.</param>
internal sealed class TableFitting(LoginTables tables, TableForm form, ILogger<LoginWriter> log)
{
    /// <summary>PostgreSQL's own check of partitions, where there is no partition for undated rows.</summary>
    private const string NoPartition = "ExecFindPartition";

    /// <summary>
    /// The check of a row that waited for a partition that was added meanwhile, for another date.
    /// </summary>
    private const string PartitionChanged = "ExecPartitionCheckEmitError";

    private string Undated => $"{tables.Table}_undated";

    /// <summary>The table's index, as far as it is known.</summary>
    public InsertTarget Target => form.Target;

    /// <summary>Whether another attempt may succeed after <see cref="FitAsync"/>.</summary>
    public bool MayFit(PostgresException exception) =>
        TableForm.IsOther(exception) || LacksPartition(exception);

    /// <summary>Follows the table's form, or adds the partitions of the rows.</summary>
    /// <param name="database">The session of the insert, without a transaction.</param>
    /// <param name="rows">The rows that PostgreSQL refused together.</param>
    /// <param name="exception">The refusal; see <see cref="MayFit"/>.</param>
    /// <param name="target">The index that was known when the insert was sent.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>Whether another attempt may succeed.</returns>
    /// <exception cref="DatabaseFaultException">This role may not add a partition.</exception>
    public async Task<bool> FitAsync(
        LoginDatabase database,
        IReadOnlyList<PendingLogin> rows,
        PostgresException exception,
        InsertTarget target,
        CancellationToken cancellationToken)
    {
        if (TableForm.IsOther(exception))
        {
            if (await form.ReadAgainAsync(database, cancellationToken))
            {
                Log.TableFormChanged(
                    log, tables, form.Target == InsertTarget.MessageId ? "one table" : "partitioned");
            }

            // Another statement of this process may have read it first.
            return form.Target != target;
        }

        var fits = false;
        foreach (var day in rows.Select(row => row.Login.CreateDate).OfType<DateOnly>().Distinct().Order())
        {
            fits |= await AddAsync(database, day, cancellationToken);
        }

        return fits;
    }

    private bool LacksPartition(PostgresException exception) =>
        exception.SqlState == PostgresErrorCodes.CheckViolation
        && (exception.ConstraintName == $"{Undated}_check"
            || (exception.Routine == PartitionChanged && exception.TableName == Undated)
            || (exception.Routine == NoPartition && exception.TableName == tables.Table));

    /// <returns>
    /// False where the date is too far off for a partition of its own, and where the table was partitioned by
    /// other means, so that no function adds partitions.
    /// </returns>
    private async Task<bool> AddAsync(LoginDatabase database, DateOnly day, CancellationToken cancellationToken)
    {
        try
        {
            // Stated whatever the role's default: the function looks again after it has waited for its turn.
            await using var transaction =
                await database.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
            var added = await database.QueryAsync(
                $"SELECT {tables.AddPartition}(@day)",
                static row => row.IsDBNull(0) ? null : row.GetString(0),
                cancellationToken,
                new NpgsqlParameter<DateOnly>("day", day));
            await transaction.CommitAsync(cancellationToken);
            if (added is [{ } name])
            {
                Log.PartitionAdded(log, tables, Text(day), name);
            }

            return true;
        }
        catch (PostgresException refusal) when (refusal.SqlState
            is PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.DatetimeFieldOverflow)
        {
            return false;
        }
        catch (PostgresException refusal) when (refusal.SqlState == PostgresErrorCodes.ProgramLimitExceeded)
        {
            throw new DatabaseFaultException(
                new DatabaseFault(
                    FaultKind.Operator,
                    refusal.SqlState,
                    $"{tables} has no partition for {Text(day)}, and as many partitions as FetchEtl adds by itself: "
                    + "drop old ones with 'fetch-etl partitions --keep'"),
                refusal);
        }
        catch (PostgresException refusal) when (refusal.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new DatabaseFaultException(
                new DatabaseFault(
                    FaultKind.Operator,
                    refusal.SqlState,
                    $"{tables} has no partition for {Text(day)}, and this role may not add it: GRANT EXECUTE ON "
                    + $"FUNCTION {tables.AddPartition}(date) to the role, let the table's owner have CREATE on the "
                    + "schema, and run 'fetch-etl partitions', which adds partitions ahead"),
                refusal);
        }
    }

    private static string Text(DateOnly day) => day.ToString("yyyy'-'MM'-'dd", CultureInfo.InvariantCulture);
}
