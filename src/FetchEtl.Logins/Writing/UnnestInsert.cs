using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// The batch insert of <see cref="UserLogin"/>: one array per column, so the text of the statement is the same for any
/// number of rows. A test compares table, columns and types with the EF model.
/// </summary>
/// <param name="tables">The names of the tables.</param>
/// <param name="target">The unique index; see <see cref="TableForm"/>.</param>
internal sealed class UnnestInsert(LoginTables tables, InsertTarget target = InsertTarget.MessageId)
{
    /// <summary>The columns that it writes.</summary>
    public static readonly IReadOnlyList<string> ColumnNames =
    [
        "user_id", "device_type", "masked_ip", "masked_device_id", "locale", "app_version", "create_date", "message_id",
        "mask_generation",
    ];

    private static readonly string Columns = string.Join(", ", ColumnNames);

    private static readonly string Arrays = string.Join(", ", ColumnNames.Select(name => $"@{name}"));

    // Without its length: a cast to varchar(n) would truncate silently, while the assignment to the column rejects a
    // longer text.
    private const string Texts = "character varying[]";

    /// <summary>
    /// Inserts the rows whose message id neither the table nor <c>erased_messages</c> holds.
    /// </summary>
    public string Sql => Where(NotErased);

    /// <summary>The condition that a row's message was not erased; an anti-join, 7% of an insert of 70 rows.</summary>
    public string NotErased =>
        $"NOT EXISTS (SELECT FROM {tables.ErasedMessages} AS erased WHERE erased.message_id = login.message_id)";

    // A message keeps its date, so a message that was written stands in the partition of its date.
    private string Unique => target switch
    {
        InsertTarget.MessageIdAndDate => "ON CONFLICT (message_id, create_date) DO NOTHING",
        InsertTarget.Any => "ON CONFLICT DO NOTHING",
        _ => "ON CONFLICT (message_id) DO NOTHING",
    };

    private string SameDate =>
        target == InsertTarget.MessageIdAndDate ? " AND held.create_date = login.create_date" : string.Empty;

    // An unqualified unnest of several arrays is a form of PostgreSQL's grammar, which the parser resolves to
    // pg_catalog.
    private string Insert =>
        $"""
        INSERT INTO {tables.UserLogins}
            ({Columns})
        SELECT * FROM unnest
            ({Arrays})
            AS login ({Columns})

        """;

    /// <summary>The index by which an insert of rows knows those that are written already.</summary>
    /// <param name="table">That of the table.</param>
    /// <param name="rows">The rows.</param>
    public static InsertTarget TargetOf(InsertTarget table, IEnumerable<UserLogin> rows) =>
        table == InsertTarget.MessageIdAndDate && rows.Any(row => row.CreateDate is null) ? InsertTarget.Any : table;

    /// <summary>As <see cref="Sql"/>, under another condition.</summary>
    /// <param name="condition">An expression. Where it names no column, it holds for all rows or for none.</param>
    public string Where(string condition) => $"{Insert}WHERE {condition}\n{Unique}";

    /// <summary>
    /// As <see cref="Where"/>, while message ids move from received to keyed ones: a row is left out where the table
    /// holds its message under either id. Both are looked up in one snapshot, so the move cannot change one for the
    /// other in between.
    /// </summary>
    public string WhereMoving(string condition) =>
        $"""
        INSERT INTO {tables.UserLogins}
            ({Columns})
        SELECT {Columns}
        FROM unnest
            ({Arrays}, @received_id)
            AS login ({Columns}, received_id)
        WHERE {condition}
            AND NOT EXISTS (SELECT FROM {tables.UserLogins} AS held
                WHERE held.message_id = login.received_id{SameDate})
            AND NOT EXISTS (SELECT FROM {tables.ErasedMessages} AS erased
                WHERE erased.message_id = login.received_id OR erased.message_id = login.message_id)
        {Unique}
        """;

    /// <summary>Returns the message id of each new row.</summary>
    public static string Returning(string insert) => $"{insert} RETURNING message_id";

    /// <summary>The arrays, in the order of the columns.</summary>
    /// <param name="rows">The rows; any number.</param>
    public static NpgsqlParameter[] Parameters(IReadOnlyList<UserLogin> rows) =>
    [
        Column("user_id", Texts, rows, static row => row.UserId),
        Column("device_type", Texts, rows, static row => row.DeviceType),
        Column("masked_ip", Texts, rows, static row => row.MaskedIp),
        Column("masked_device_id", Texts, rows, static row => row.MaskedDeviceId),
        Column("locale", Texts, rows, static row => row.Locale),
        Column("app_version", "integer[]", rows, static row => row.AppVersion),
        Column("create_date", "date[]", rows, static row => row.CreateDate),
        Column("message_id", "uuid[]", rows, static row => row.MessageId),
        Column("mask_generation", "smallint[]", rows, static row => row.MaskGeneration),
    ];

    /// <summary>The message ids as received, for <see cref="WhereMoving"/>.</summary>
    public static NpgsqlParameter ReceivedIds(Guid?[] ids) =>
        new NpgsqlParameter<Guid?[]>("received_id", ids) { DataTypeName = "uuid[]" };

    private static NpgsqlParameter<T[]> Column<T>(
        string name, string type, IReadOnlyList<UserLogin> rows, Func<UserLogin, T> valueOf)
    {
        var values = new T[rows.Count];
        for (var row = 0; row < values.Length; row++)
        {
            values[row] = valueOf(rows[row]);
        }

        return new NpgsqlParameter<T[]>(name, values) { DataTypeName = type };
    }
}
