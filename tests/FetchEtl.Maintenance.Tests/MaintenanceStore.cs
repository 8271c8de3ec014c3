using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;

namespace FetchEtl.Maintenance.Tests;

/// <summary>A migrated database, and maintenance of it, each run as in a process of its own.</summary>
public sealed class MaintenanceStore : IAsyncLifetime, IAsyncDisposable
{
    public static readonly IReadOnlyList<MaskedColumn> AllColumns =
        [.. PiiFields.All.Select(field => new MaskedColumn(field.Column(), field))];

    private PostgresDatabase _database = null!;
    private NpgsqlDataSource _admin = null!;
    private NpgsqlDataSource _connections = null!;

    public string AdminConnectionString => _database.ConnectionString;

    /// <summary>As maintenance connects.</summary>
    public string ConnectionString { get; private set; } = null!;

    public static Task<MaintenanceStore> CreateAsync() => CreateAsync(StoreTemplates.Migrated);

    internal static async Task<MaintenanceStore> CreateAsync(DatabaseTemplate template)
    {
        var store = new MaintenanceStore();
        await store.OpenAsync(template);
        return store;
    }

    public Task InitializeAsync() => OpenAsync(StoreTemplates.Migrated);

    public static MaskingOptions Masking(params string[] keys)
    {
        var options = new MaskingOptions();
        Array.ForEach(keys, options.Keys.Add);
        Array.ForEach(["ip", "device_id", "user_id"], options.Fields.Add);
        return options;
    }

    /// <summary>Lets maintenance connect as a role with only the service's rights, and returns its name.</summary>
    public async Task<string> UseRoleAsync()
    {
        (var role, ConnectionString) = await _database.CreateRoleAsync(
            "INSERT, SELECT ON user_logins", "SELECT, INSERT, UPDATE ON masking_generations",
            "SELECT ON erased_messages");
        await _connections.DisposeAsync();
        _connections = NpgsqlDataSource.Create(ConnectionString);
        return role;
    }

    public Task<(string Name, string ConnectionString)> CreateRoleAsync(params string[] grants) =>
        _database.CreateRoleAsync(grants);

    public LoginDataSource Source => new(_connections);

    public LoginDatabase Session() => Source.Create();

    public LoginDbContext Context() =>
        new(new DbContextOptionsBuilder<LoginDbContext>().UseNpgsql(_connections).Options);

    public static LoginDatabase Session(string connectionString) =>
        new(new NpgsqlConnection(connectionString));

    /// <summary>Records keys and settings, as the first process that has them does.</summary>
    public async Task VerifyAsync(MaskingOptions masking)
    {
        await using var session = Session();
        await Verifier(new KeyedPiiMasker(masking), masking).VerifyAsync(session, CancellationToken.None);
    }

    public Task<RekeySummary> RekeyAsync(
        MaskingOptions masking,
        string table = "user_logins",
        IReadOnlyList<MaskedColumn>? columns = null,
        int batchBlocks = 1,
        Action<MaintenanceProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var masker = new KeyedPiiMasker(masking);
        return new Rekeying(Source, Verifier(masker, masking), masker, TimeProvider.System)
            .RunAsync(table, columns ?? AllColumns, batchBlocks, new Reporter(progress), cancellationToken);
    }

    public Task<AdoptionPlan> PlanAsync(
        MaskingOptions masking, string table, IReadOnlyList<MaskedColumn> columns, bool hashesAreRaw = false) =>
        Adoption(masking, hashesAreRaw).PlanAsync(table, columns, CancellationToken.None);

    public async Task<AdoptionSummary> AdoptAsync(
        MaskingOptions masking,
        string table,
        IReadOnlyList<MaskedColumn> columns,
        bool hashesAreRaw = false,
        Action<MaintenanceProgress>? progress = null,
        long? rawMaskForms = null,
        CancellationToken cancellationToken = default)
    {
        var adoption = Adoption(masking, hashesAreRaw, rawMaskForms);
        var plan = await adoption.PlanAsync(table, columns, CancellationToken.None);
        return await adoption
            .RunAsync(plan, batchBlocks: 1, new Reporter(progress), cancellationToken);
    }

    public async Task ExecuteAsync(string sql, params NpgsqlParameter[] parameters)
    {
        await using var command = _admin.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync();
    }

    public void Execute(string sql)
    {
        using var command = _admin.CreateCommand(sql);
        command.ExecuteNonQuery();
    }

    internal async Task<List<T>> QueryAsync<T>(string sql, Func<NpgsqlDataReader, T> read)
    {
        var rows = new List<T>();
        await using var command = _admin.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = _admin.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await _admin.DisposeAsync();
        await _connections.DisposeAsync();
        await _database.DisposeAsync();
    }

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    private async Task OpenAsync(DatabaseTemplate template)
    {
        _database = await template.CopyAsync();
        _admin = NpgsqlDataSource.Create(_database.ConnectionString);
        ConnectionString = _database.ConnectionString;
        _connections = NpgsqlDataSource.Create(ConnectionString);
    }

    private static StoredMasksVerifier Verifier(KeyedPiiMasker masker, MaskingOptions masking) =>
        new(masker, Options.Create(new LoginsOptions { Masking = masking }));

    private Adoption Adoption(MaskingOptions masking, bool hashesAreRaw, long? rawMaskForms = null)
    {
        var masker = new KeyedPiiMasker(masking);
        return new Adoption(Source, Verifier(masker, masking), masker, masking, hashesAreRaw, TimeProvider.System)
        {
            RawMaskForms = rawMaskForms,
        };
    }

    /// <summary>Calls back on the reporting thread, so that a test can act between two transactions.</summary>
    internal sealed class Reporter(Action<MaintenanceProgress>? report) : IProgress<MaintenanceProgress>
    {
        public void Report(MaintenanceProgress value) => report?.Invoke(value);
    }
}
