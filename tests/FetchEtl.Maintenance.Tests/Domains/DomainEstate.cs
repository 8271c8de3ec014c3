using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using NpgsqlTypes;

namespace FetchEtl.Maintenance.Tests;

/// <summary>A migrated database with domains, and a clock that says which periods are over.</summary>
internal sealed class DomainEstate : IAsyncDisposable
{
    private static readonly KeyedPiiMasker First = new(MaintenanceStore.Masking(TestKeys.First));

    public static readonly string[] Columns =
        ["user_id", "device_type", "masked_ip", "masked_device_id", "locale", "app_version", "create_date"];

    public MaintenanceStore Store { get; private init; } = null!;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 12, 10, 12, 0, 0, TimeSpan.Zero));

    public MaskingOptions Masking { get; set; } = MaintenanceStore.Masking(TestKeys.First);

    public static async Task<DomainEstate> CreateAsync()
    {
        var estate = new DomainEstate { Store = await MaintenanceStore.CreateAsync() };
        await estate.RegisterAsync();
        return estate;
    }

    /// <summary>Registers the keys, as the service does at its start.</summary>
    public async Task RegisterAsync()
    {
        await using var database = Store.Session();
        await Verifier(new KeyedPiiMasker(Masking)).RegisterAsync(database, CancellationToken.None);
    }

    /// <summary>Writes rows as the service does, the personal fields masked under the first key.</summary>
    public Task WriteAsync(IEnumerable<RawLogin> logins) => WriteAsync(logins, First);

    public async Task WriteAsync(IEnumerable<RawLogin> logins, KeyedPiiMasker masker)
    {
        await using var connection = new NpgsqlConnection(Store.AdminConnectionString);
        await connection.OpenAsync();
        await using var copy = await connection.BeginBinaryImportAsync(
            $"COPY user_logins ({string.Join(", ", Columns)}, message_id) FROM STDIN (FORMAT BINARY)");
        foreach (var login in logins)
        {
            await copy.StartRowAsync();
            await copy.WriteAsync(Mask(PiiField.UserId, login.User), NpgsqlDbType.Varchar);
            await copy.WriteAsync(login.DeviceType, NpgsqlDbType.Varchar);
            await copy.WriteAsync(Mask(PiiField.Ip, login.Ip), NpgsqlDbType.Varchar);
            await copy.WriteAsync(Mask(PiiField.DeviceId, login.Device), NpgsqlDbType.Varchar);
            await copy.WriteAsync(login.Locale, NpgsqlDbType.Varchar);
            await copy.WriteAsync(login.Version, NpgsqlDbType.Integer);
            await copy.WriteAsync(login.Date, NpgsqlDbType.Date);
            await copy.WriteAsync(Guid.NewGuid(), NpgsqlDbType.Uuid);
        }

        await copy.CompleteAsync();

        string? Mask(PiiField field, string? value) =>
            value is null ? null : masker.Mask(field, new PersonalText(value));
    }

    public async Task<IReadOnlyList<string>> CreateAsync(DomainDefinition definition, string? role = null)
    {
        await using var database = Store.Session();
        return await new DomainCatalog(database, Time).CreateAsync(definition, role, CancellationToken.None);
    }

    public async Task<IReadOnlyList<DomainStatus>> ListAsync()
    {
        await using var database = Store.Session();
        return await new DomainCatalog(database, Time).ListAsync(CancellationToken.None);
    }

    public async Task DropAsync(string name)
    {
        await using var database = Store.Session();
        await new DomainCatalog(database, Time).DropAsync(name, CancellationToken.None);
    }

    public Task<DomainSummary> RefreshAsync(
        string name, Action<DomainProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var masker = new KeyedPiiMasker(Masking);
        return new DomainRefresh(Store.Source, Verifier(masker), masker, Time)
            .RunAsync(name, new Reporter(progress), cancellationToken);
    }

    /// <summary>Creates a domain, refreshes it, and reads what its readers see.</summary>
    public async Task<List<SeenLogin>> SeeAsync(DomainDefinition definition)
    {
        await CreateAsync(definition);
        await RefreshAsync(definition.Name);
        return await SeeAsync(definition.Table);
    }

    /// <summary>Reads a domain's table, or <c>user_logins</c>, as its readers do.</summary>
    public Task<List<SeenLogin>> SeeAsync(string table) => Store.QueryAsync(
        $"SELECT {string.Join(", ", Columns)}, {(table == "user_logins" ? "0" : "withheld::integer")} FROM {table}",
        static row => new SeenLogin(
            Text(row, 0), Text(row, 1), Text(row, 2), Text(row, 3), Text(row, 4),
            row.IsDBNull(5) ? null : row.GetInt32(5),
            row.IsDBNull(6) ? null : row.GetFieldValue<DateOnly>(6),
            row.GetInt32(7)));

    public ValueTask DisposeAsync() => Store.DisposeAsync();

    private static string? Text(NpgsqlDataReader row, int ordinal) =>
        row.IsDBNull(ordinal) ? null : row.GetString(ordinal);

    private StoredMasksVerifier Verifier(KeyedPiiMasker masker) =>
        new(masker, Options.Create(new LoginsOptions { Masking = Masking }));

    private sealed class Reporter(Action<DomainProgress>? report) : IProgress<DomainProgress>
    {
        public void Report(DomainProgress value) => report?.Invoke(value);
    }
}

/// <summary>A login as it was sent.</summary>
internal sealed record RawLogin(
    string? User, string? Ip, string? Device, string? DeviceType, string? Locale, int? Version, DateOnly? Date);

/// <summary>A row as a reader sees it.</summary>
internal sealed record SeenLogin(
    string? User, string? DeviceType, string? Ip, string? Device, string? Locale, int? Version, DateOnly? Date,
    int Withheld);
