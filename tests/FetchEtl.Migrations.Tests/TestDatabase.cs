using Npgsql;

namespace FetchEtl.Migrations.Tests;

internal static class TestDatabase
{
    public const string OriginalTable =
        """
        CREATE TABLE user_logins (
            user_id varchar(128), device_type varchar(32), masked_ip varchar(256), masked_device_id varchar(256),
            locale varchar(32), app_version integer, create_date date)
        """;

    /// <summary>The columns of a migrated table, as <see cref="ColumnsAsync"/> reads them.</summary>
    public static readonly string[] Columns =
    [
        "user_id|character varying(128)|False",
        "device_type|character varying(32)|False",
        "masked_ip|character varying(256)|False",
        "masked_device_id|character varying(256)|False",
        "locale|character varying(32)|False",
        "app_version|integer|False",
        "create_date|date|False",
        "message_id|uuid|False",
        "mask_generation|smallint|False",
    ];

    /// <summary>How long a test waits for a signal before it fails.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The rows, each with its values separated by a bar.</summary>
    public static async Task<string[]> ReadAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            var values = new object[reader.FieldCount];
            reader.GetValues(values);
            rows.Add(string.Join('|', values));
        }

        return [.. rows];
    }

    /// <summary>Whether the index on <c>message_id</c> is valid; empty where there is none.</summary>
    public static Task<string[]> IndexAsync(string connectionString) => ReadAsync(
        connectionString,
        "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('ix_user_logins_message_id')");

    /// <summary>Name, type and NOT NULL of each column, in their order.</summary>
    public static Task<string[]> ColumnsAsync(
        string connectionString, string schema = "public", string table = "user_logins")
    {
        return ReadAsync(
            connectionString,
            $"""
            SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute
            WHERE attrelid = '{schema}.{table}'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
            """);
    }
}
