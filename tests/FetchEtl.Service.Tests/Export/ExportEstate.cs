using System.Security.Cryptography;
using DuckDB.NET.Data;
using FetchEtl.Maintenance;
using FetchEtl.Migrations;
using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.Service.Tests;

/// <summary>A migrated database with logins, a folder for lakes, and DuckDB to read them.</summary>
public sealed class ExportEstate : IAsyncLifetime
{
    /// <summary>All columns as DuckDB and PostgreSQL both write them.</summary>
    private const string Row =
        "concat_ws('|', coalesce(cast(user_id as text), '-'), coalesce(cast(DEVICE as text), '-'), "
        + "coalesce(cast(masked_ip as text), '-'), coalesce(cast(masked_device_id as text), '-'), "
        + "coalesce(cast(locale as text), '-'), coalesce(cast(app_version as text), '-'), "
        + "coalesce(cast(create_date as text), '-'), coalesce(cast(message_id as text), '-'), "
        + "coalesce(cast(mask_generation as text), '-'))";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fetch-etl-lake-");
    private PostgresDatabase _database = null!;
    private NpgsqlDataSource _admin = null!;

    public string Lake => Path.Combine(_folder.FullName, "lake");

    internal string ConnectionString => _database.ConnectionString;

    public async Task InitializeAsync()
    {
        _database = await PostgresDatabase.CreateAsync();
        await LoginMigrations.MigrateAsync(_database.ConnectionString);
        _admin = NpgsqlDataSource.Create(_database.ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await _admin.DisposeAsync();
        await _database.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Fills the table: five days and rows without one, odd device types, and every NULL.</summary>
    internal Task FillAsync(int rows) => ExecuteAsync(
        $"""
        INSERT INTO user_logins (user_id, device_type, masked_ip, masked_device_id, locale, app_version, create_date,
            message_id, mask_generation)
        SELECT '1:' || encode(sha256(('u' || i % 300)::bytea), 'hex'),
            (ARRAY['ios', 'android', NULL, '', 'a/b=c%d [i] é' || chr(123), '..',
                '__HIVE_DEFAULT_PARTITION__'])[1 + i % 7],
            CASE WHEN i % 5 > 0 THEN '1:' || encode(sha256(('i' || i)::bytea), 'hex') END,
            '1:' || encode(sha256(('d' || i % 300)::bytea), 'hex'),
            CASE WHEN i % 3 > 0 THEN (ARRAY['RU', 'ID'])[1 + i % 2] END,
            i % 9 * 1000000 + i % 20 * 1000,
            CASE WHEN i % 50 > 0 THEN date '2026-11-01' + i % 5 WHEN i % 100 > 0 THEN date 'infinity' END,
            CASE WHEN i % 11 > 0 THEN md5('m' || i)::uuid END,
            CASE WHEN i % 100 = 0 THEN 2 END
        FROM generate_series(1, {rows}) AS i
        """);

    /// <summary>Makes the table a partitioned one, with a partition for each of the five days.</summary>
    internal Task PartitionAsync() => ExecuteAsync(
        "DROP VIEW user_logins_readable; ALTER TABLE user_logins RENAME TO former; "
        + "CREATE TABLE user_logins (LIKE former) PARTITION BY RANGE (create_date); "
        + "CREATE TABLE user_logins_undated PARTITION OF user_logins DEFAULT; "
        + string.Concat(Enumerable.Range(1, 5).Select(day =>
            $"CREATE TABLE user_logins_p2026_11_0{day} PARTITION OF user_logins "
            + $"FOR VALUES FROM ('2026-11-0{day}') TO ('2026-11-0{day + 1}'); ")));

    internal async Task ExecuteAsync(string sql)
    {
        await using var command = _admin.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    internal Task<(string Name, string ConnectionString)> CreateRoleAsync(params string[] grants) =>
        _database.CreateRoleAsync(grants);

    /// <summary>Runs the verb in this process.</summary>
    internal Task<ConsoleCapture> ExportAsync(params string[] arguments) => ConsoleCapture.RunAsync(
        ["export", .. arguments, $"--ConnectionStrings:Logins={ConnectionString}"]);

    /// <summary>Runs the export on a store of the test.</summary>
    internal Task<LakeExportSummary> ExportAsync(
        ILakeStore store,
        IProgress<LakeExportProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        new LakeExport(() => DatabaseSetting.Open(ConnectionString), store, TimeProvider.System)
            .RunAsync(new LakeExportPlan(), progress ?? new Progress<LakeExportProgress>(), cancellationToken);

    /// <summary>All rows of the table, as a lake can hold them, in order.</summary>
    internal async Task<List<string>> RowsAsync()
    {
        var rows = new List<string>();
        await using var command = _admin.CreateCommand(
            $"SELECT {Row.Replace("DEVICE", "nullif(nullif(device_type, ''), '__HIVE_DEFAULT_PARTITION__')")} "
            + "FROM (SELECT user_id, device_type, masked_ip, masked_device_id, locale, app_version, "
            + "CASE WHEN isfinite(create_date) THEN create_date END AS create_date, message_id, mask_generation "
            + "FROM user_logins) AS l");
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            rows.Add(reader.GetString(0));
        }

        rows.Sort(StringComparer.Ordinal);
        return rows;
    }

    /// <summary>All rows of a lake, as DuckDB reads them.</summary>
    internal static List<string> RowsOf(string lake)
    {
        var rows = Query(
            $"SELECT {Row.Replace("DEVICE", "device_type")} "
            + $"FROM read_parquet('{lake}/*/*/*.parquet', hive_partitioning = true)");
        rows.Sort(StringComparer.Ordinal);
        return rows;
    }

    internal static List<string> Query(string sql)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();

        // Whatever is missing must fail: nothing may be downloaded.
        command.CommandText = "SET autoinstall_known_extensions = false";
        command.ExecuteNonQuery();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(string.Join(
                '|', Enumerable.Range(0, reader.FieldCount).Select(x => reader.IsDBNull(x) ? "-" : $"{reader[x]}")));
        }

        return rows;
    }

    /// <summary>The files that count, with their hashes: no temporary ones and no lock.</summary>
    internal static Dictionary<string, string> Files(string lake) => Directory
        .EnumerateFiles(lake, "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(lake, file))
        .Where(file => !file.StartsWith("_tmp", StringComparison.Ordinal))
        .ToDictionary(
            file => file, file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(lake, file)))));
}
