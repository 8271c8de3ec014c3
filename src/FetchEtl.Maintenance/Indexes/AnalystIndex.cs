using FetchEtl.Logins;

namespace FetchEtl.Maintenance;

/// <summary>An index of <c>user_logins</c> for queries of analysts; the service does not need it.</summary>
/// <param name="Column">The column that it is for.</param>
/// <param name="Method">The access method, such as <c>btree</c>.</param>
/// <param name="Keys">The indexed columns, as SQL lists them.</param>
public sealed record AnalystIndex(string Column, string Method, string Keys)
{
    /// <summary>All of them; docs/indexes.md says what each is for.</summary>
    public static IReadOnlyList<AnalystIndex> All { get; } =
    [
        new("masked_ip", "btree", "masked_ip, create_date"),
        new("masked_device_id", "btree", "masked_device_id, create_date"),
        new("user_id", "btree", "user_id, create_date"),
        new("create_date", "brin", "create_date"),
    ];

    /// <summary>The name.</summary>
    public string Name => NameOn(LoginTables.DefaultTable);

    /// <summary>The name of the index of a partition.</summary>
    internal string NameOn(string table) => $"ix_{table}_{Column}";
}
