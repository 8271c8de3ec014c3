namespace FetchEtl.Logins;

/// <summary>
/// The names of the tables, as SQL writes them: quoted, and with their schema where one is set. Only the table of the
/// logins can have another name; the others belong to it and stand in the same schema.
/// </summary>
public sealed record LoginTables
{
    /// <summary>The name of the logins' table where no other is set.</summary>
    public const string DefaultTable = "user_logins";

    /// <summary>PostgreSQL truncates longer names.</summary>
    internal const int MaxSchemaLength = 63;

    /// <summary>Leaves room for what partitions and other objects add to the name.</summary>
    internal const int MaxTableLength = 40;

    private LoginTables(string? schema, string table)
    {
        Schema = schema;
        Table = table;
        UserLogins = Name(table);
        MaskingGenerations = Name("masking_generations");
        PiiVault = Name("pii_vault");
        ErasedMessages = Name("erased_messages");
        AddPartition = Name($"{table}_add_partition");
    }

    /// <summary>
    /// The tables without settings: <c>user_logins</c>, in the first schema of the <c>search_path</c> that has it.
    /// </summary>
    public static LoginTables Default { get; } = new(null, DefaultTable);

    /// <summary>What <see cref="IsSchema"/> requires, to follow the words "must be".</summary>
    public static string SchemaRule { get; } = NameRule(MaxSchemaLength);

    /// <summary>The schema, not quoted; null where the connection's <c>search_path</c> finds the tables.</summary>
    public string? Schema { get; }

    /// <summary>The name of the logins' table, not quoted and without a schema.</summary>
    public string Table { get; }

    /// <summary>The table of the logins.</summary>
    public string UserLogins { get; }

    /// <summary>The table of the key generations.</summary>
    public string MaskingGenerations { get; }

    /// <summary>The table of the sealed values.</summary>
    public string PiiVault { get; }

    /// <summary>The table of the messages whose rows were erased.</summary>
    public string ErasedMessages { get; }

    /// <summary>The function that adds the partition of a day, where the table is partitioned.</summary>
    internal string AddPartition { get; }

    /// <summary>Returns the tables that settings name.</summary>
    /// <param name="storage">Valid settings.</param>
    /// <returns>The names.</returns>
    /// <exception cref="ArgumentException">A name is not valid; see <see cref="StorageOptions"/>.</exception>
    public static LoginTables Of(StorageOptions storage)
    {
        ArgumentNullException.ThrowIfNull(storage);
        return IsName(storage.Table, MaxTableLength)
            && (storage.Schema is null || IsSchema(storage.Schema))
            ? new(storage.Schema, storage.Table)
            : throw new ArgumentException("Storage:Schema or Storage:Table is not a valid name.", nameof(storage));
    }

    /// <summary>Whether a name can be that of a schema; see <see cref="StorageOptions.Schema"/>.</summary>
    /// <param name="name">The name.</param>
    /// <returns>Whether it is valid.</returns>
    public static bool IsSchema(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return IsName(name, MaxSchemaLength);
    }

    /// <summary>What <see cref="IsName"/> requires, to follow the words "must be".</summary>
    internal static string NameRule(int maxLength) =>
        $"a name of 1 to {maxLength} ASCII letters, digits and underscores that does not begin with a digit";

    /// <summary>A name that SQL can hold in quotes of either kind.</summary>
    internal static bool IsName(string name, int maxLength) =>
        name.Length >= 1 && name.Length <= maxLength && !char.IsAsciiDigit(name[0])
        && name.All(character => char.IsAsciiLetterOrDigit(character) || character == '_');

    /// <summary>Returns the logins' table as people write it, for texts.</summary>
    /// <returns>The name, with its schema where one is set.</returns>
    public override string ToString() => Schema is null ? Table : $"{Schema}.{Table}";

    private string Name(string table) => Schema is null ? $"\"{table}\"" : $"\"{Schema}\".\"{table}\"";
}
