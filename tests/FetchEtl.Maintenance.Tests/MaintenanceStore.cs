using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace FetchEtl.Logins.Tests;

/// <summary>A migrated database, and lifts over it, each as in a process of its own.</summary>
internal sealed class LiftStore : IAsyncDisposable
{
    public static readonly IReadOnlyList<LiftColumn> AllColumns = [.. PiiFields.All.Select(field => new LiftColumn(field.Column(), field))];

    private readonly LoginStore _store;
    private readonly NpgsqlDataSource _admin;

    private LiftStore(LoginStore store)
    {
        _store = store;
        _admin = NpgsqlDataSource.Create(store.ConnectionString);
    }

    private IDbContextFactory<LoginDbContext> Contexts => _store.Provider.GetRequiredService<IDbContextFactory<LoginDbContext>>();

    public static async Task<LiftStore> CreateAsync() => new(await LoginStore.CreateAsync());

    public static MaskingOptions Masking(params string[] keys)
    {
        var options = new MaskingOptions();
        Array.ForEach(keys, options.Keys.Add);
        Array.ForEach(["ip", "device_id", "user_id"], options.Fields.Add);
        return options;
    }

    public Task<string> UseRoleAsync() => _store.UseRoleAsync();

    public LoginDbContext Context() => _store.Context();

    public Task<RekeySummary> RekeyAsync(
        MaskingOptions masking,
        string table = "user_logins",
        IReadOnlyList<LiftColumn>? columns = null,
        int batchBlocks = 1,
        Action<LiftProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var masker = new HmacPiiMasker(masking);
        return new Rekeying(Contexts, Check(masker, masking), masker, TimeProvider.System)
            .RunAsync(table, columns ?? AllColumns, batchBlocks, new Told(progress), cancellationToken);
    }

    public Task<AdoptionPlan> PlanAsync(MaskingOptions masking, string table, IReadOnlyList<LiftColumn> columns, bool hashesAreRaw = false) =>
        Adoption(masking, hashesAreRaw).PlanAsync(table, columns, CancellationToken.None);

    public async Task<AdoptionSummary> AdoptAsync(
        MaskingOptions masking,
        string table,
        IReadOnlyList<LiftColumn> columns,
        bool hashesAreRaw = false,
        Action<LiftProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var plan = await PlanAsync(masking, table, columns, hashesAreRaw);
        return await Adoption(masking, hashesAreRaw).RunAsync(plan, batchBlocks: 1, new Told(progress), cancellationToken);
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

    public async Task<List<T>> QueryAsync<T>(string sql, Func<NpgsqlDataReader, T> read)
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

    public async Task<T> ScalarAsync<T>(string sql) => (T)(await _store.ScalarAsync(sql))!;

    public async ValueTask DisposeAsync()
    {
        await _admin.DisposeAsync();
        await _store.DisposeAsync();
    }

    private static MaskingCheck Check(HmacPiiMasker masker, MaskingOptions masking) =>
        new(masker, Options.Create(new LoginsOptions { Masking = masking }));

    private Adoption Adoption(MaskingOptions masking, bool hashesAreRaw)
    {
        var masker = new HmacPiiMasker(masking);
        return new Adoption(Contexts, Check(masker, masking), masker, new Adopter(masker, masking.Former, hashesAreRaw), PiiVault.Of(masking), TimeProvider.System);
    }

    /// <summary>Tells at once, on the teller's thread, so that a test can step in between two transactions.</summary>
    private sealed class Told(Action<LiftProgress>? told) : IProgress<LiftProgress>
    {
        public void Report(LiftProgress value) => told?.Invoke(value);
    }
}
