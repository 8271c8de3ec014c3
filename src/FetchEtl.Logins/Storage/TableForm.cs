using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// Whether the logins' table is partitioned by <c>create_date</c>: then its unique index is on <c>message_id</c> and
/// <c>create_date</c>, and an insert must name both. It is read once, and again where an insert did not fit.
/// </summary>
internal sealed class TableForm
{
    private volatile Form _form;

    private enum Form
    {
        Unknown = 0,
        Plain = 1,
        Partitioned = 2,
    }

    /// <summary>As far as it is known.</summary>
    public bool IsPartitioned => _form == Form.Partitioned;

    /// <summary>Whether PostgreSQL found no unique index for an insert: somebody changed the form.</summary>
    public static bool IsOther(PostgresException exception) =>
        exception.SqlState == PostgresErrorCodes.InvalidColumnReference;

    /// <summary>Reads the form where it is not known.</summary>
    public ValueTask<bool> IsPartitionedAsync(LoginDbContext database, CancellationToken cancellationToken) =>
        _form == Form.Unknown ? new(ReadAsync(database, cancellationToken)) : new(IsPartitioned);

    /// <summary>Reads the form again.</summary>
    /// <returns>Whether it is another.</returns>
    public async Task<bool> HasChangedAsync(LoginDbContext database, CancellationToken cancellationToken)
    {
        var before = IsPartitioned;
        return await ReadAsync(database, cancellationToken) != before;
    }

    private async Task<bool> ReadAsync(LoginDbContext database, CancellationToken cancellationToken)
    {
        // Where there is no table, the insert says so.
        var found = await database.Database.SqlQuery<bool>(
            $"""
            SELECT c.relkind = 'p' AS "Value" FROM pg_catalog.pg_class AS c
            WHERE c.oid = pg_catalog.to_regclass({database.Tables.UserLogins})::oid
            """).ToListAsync(cancellationToken);
        _form = found is [true] ? Form.Partitioned : Form.Plain;
        return IsPartitioned;
    }
}
