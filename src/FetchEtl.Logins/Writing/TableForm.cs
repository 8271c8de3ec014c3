using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// Which unique index the logins' table has: on <c>message_id</c>, or, where it is partitioned by <c>create_date</c>,
/// on both. It is read once, and again where an insert did not fit.
/// </summary>
internal sealed class TableForm
{
    private int _target;

    /// <summary>As far as it is known.</summary>
    public InsertTarget Target => (InsertTarget)Volatile.Read(ref _target);

    /// <summary>Whether PostgreSQL found no unique index for an insert: the form was changed.</summary>
    public static bool IsOther(PostgresException exception) =>
        exception.SqlState == PostgresErrorCodes.InvalidColumnReference;

    /// <summary>Reads the form where it is not known.</summary>
    public async ValueTask<InsertTarget> ReadAsync(LoginDatabase database, CancellationToken cancellationToken)
    {
        if (Target == InsertTarget.Unknown)
        {
            await ReadAgainAsync(database, cancellationToken);
        }

        return Target;
    }

    /// <summary>The next statement reads the form again.</summary>
    public void Forget() => Volatile.Write(ref _target, (int)InsertTarget.Unknown);

    /// <summary>Reads the form again.</summary>
    /// <returns>Whether this call found another form than the one that was known.</returns>
    public async Task<bool> ReadAgainAsync(LoginDatabase database, CancellationToken cancellationToken)
    {
        // Where there is no such index, or no table, the insert says so.
        var found = await database.QueryAsync(
            """
            SELECT pg_catalog.count(*) = 1
            FROM pg_catalog.pg_index AS i
                JOIN pg_catalog.pg_class AS c ON c.oid = i.indrelid AND c.relkind = 'p'
                CROSS JOIN LATERAL (SELECT pg_catalog.array_agg(a.attname::text ORDER BY a.attname::text) AS names
                    FROM pg_catalog.pg_attribute AS a
                    WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)) AS k
            WHERE i.indrelid = pg_catalog.to_regclass(@table)::oid
                AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
                AND k.names = ARRAY['create_date'::text, 'message_id'::text]
            """,
            static row => row.GetBoolean(0),
            cancellationToken,
            new NpgsqlParameter<string>("table", database.Tables.UserLogins));
        var target = found[0] ? InsertTarget.MessageIdAndDate : InsertTarget.MessageId;
        var before = (InsertTarget)Interlocked.Exchange(ref _target, (int)target);
        return before != target && before != InsertTarget.Unknown;
    }
}
