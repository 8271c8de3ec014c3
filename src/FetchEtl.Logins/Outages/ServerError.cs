using Npgsql;

namespace FetchEtl.Logins;

/// <summary>What may be known of PostgreSQL's error: codes and names of the schema, never its text.</summary>
internal readonly record struct ServerError
{
    /// <summary>
    /// Functions of PostgreSQL that fill in the names of an error from the schema. <c>RAISE</c> and its like fill them
    /// in with whatever a trigger passes, which can be a value of the row.
    /// </summary>
    private static readonly HashSet<string> NamingRoutines =
    [
        "ExecConstraints",
        "ReportNotNullViolationError",
        "ExecFindPartition",
        "ExecPartitionCheckEmitError",
        "ExecEvalConstraintCheck",
        "ExecEvalConstraintNotNull",
        "_bt_check_unique",
        "check_exclusion_or_unique_constraint",
        "ri_ReportViolation",
    ];

    public ServerError(PostgresException exception)
    {
        SqlState = exception.SqlState;
        Routine = exception.Routine;
        IsFromFunction = NamesFunction(exception.Where);
        if (!IsFromFunction || (Routine is not null && NamingRoutines.Contains(Routine)))
        {
            Table = exception.TableName;
            Column = exception.ColumnName;
            Constraint = exception.ConstraintName;
        }
    }

    public string SqlState { get; }

    /// <summary>The C function that reported the error. Unlike the text it is never translated.</summary>
    public string? Routine { get; }

    public bool IsFromFunction { get; }

    public string? Table { get; }

    public string? Column { get; }

    public string? Constraint { get; }

    /// <summary>
    /// Whether the call stack of an error names a procedural language or an SQL function. No translation changes these
    /// names. Behind the first parameter (<c>$1</c>) come values of the row, where the server logs parameters.
    /// </summary>
    private static bool NamesFunction(string? stack)
    {
        if (stack is null)
        {
            return false;
        }

        var end = stack.IndexOf('$', StringComparison.Ordinal);
        var calls = end < 0 ? stack : stack[..end];
        return calls.Contains("PL/", StringComparison.Ordinal) || calls.Contains("SQL", StringComparison.Ordinal);
    }
}
