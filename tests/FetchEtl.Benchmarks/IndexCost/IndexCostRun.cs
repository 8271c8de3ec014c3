using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FetchEtl.Local;
using FetchEtl.Logins;
using FetchEtl.Maintenance;
using FetchEtl.Migrations;
using Npgsql;

namespace FetchEtl.Benchmarks;

/// <summary>Measures batches into copies of one table that differ in their indexes.</summary>
/// <param name="rows">The rows of each copy at first.</param>
/// <param name="rounds">The batches that each copy gets.</param>
/// <param name="batchSize">The rows of a batch.</param>
internal sealed class IndexCostRun(int rows, int rounds, int batchSize)
{
    private const int Users = 200_000;
    private const int Addresses = 300_000;
    private const int Devices = 250_000;
    private const int Days = 60;

    private static readonly DateOnly FirstDay = new(2026, 1, 1);

    private readonly Random _random = new(1);

    /// <summary>Measures, and prints a line for each copy.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // After a checkpoint, each page is written to the log whole at its first change. So one comes before the rounds
        // and none falls into them: the first batches pay for it, the last ones hardly.
        var settings = new Dictionary<string, string>
        {
            ["fsync"] = "on",
            ["shared_buffers"] = "1GB",
            ["checkpoint_timeout"] = "1h",
            ["max_wal_size"] = "16GB",
            ["autovacuum"] = "off",
        };
        await using var postgres = await LocalPostgres.StartAsync(
            new LocalPostgresOptions { Settings = settings }, cancellationToken);
        var source = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Pooling = false };
        await FillAsync(source, cancellationToken);
        var copies = new List<IndexCostCopy>();
        try
        {
            foreach (var (name, indexes) in Variants())
            {
                copies.Add(await IndexCostCopy.CreateAsync(source, name, indexes, cancellationToken));
            }

            await CheckpointAsync(source, cancellationToken);
            for (var round = 0; round < rounds; round++)
            {
                UserLogin[] batch = [.. Enumerable.Range(0, batchSize).Select(_ => Login())];
                foreach (var copy in round % 2 == 0 ? copies : Enumerable.Reverse(copies))
                {
                    await copy.InsertAsync(batch, cancellationToken);
                }
            }

            Console.WriteLine(
                "| indexes | after a checkpoint: ms, speed, WAL a batch | | | long after: the same | | |");
            copies.ForEach(copy => copy.Write(copies[0]));
        }
        finally
        {
            foreach (var copy in copies)
            {
                await copy.DisposeAsync();
            }
        }
    }

    private static IEnumerable<(string Name, IReadOnlyList<AnalystIndex> Indexes)> Variants() =>
    [
        ("none", []),
        .. AnalystIndex.All.Select(index => ($"{index.Method} ({index.Keys})", (IReadOnlyList<AnalystIndex>)[index])),
        ("all", AnalystIndex.All),
    ];

    /// <summary>
    /// Creates the table, with logins in the order of their days and masks as random as those of HMAC.
    /// </summary>
    private async Task FillAsync(NpgsqlConnectionStringBuilder source, CancellationToken cancellationToken)
    {
        await LoginMigrations.MigrateAsync(source.ConnectionString, cancellationToken);
        await using var database = NpgsqlDataSource.Create(source);
        await using var command = database.CreateCommand(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            INSERT INTO user_logins
                (user_id, device_type, masked_ip, masked_device_id, locale, app_version, create_date, message_id)
            SELECT '1:' || encode(sha256(('u' || (random() * {Users - 1})::int)::bytea), 'hex'), 'android',
                '1:' || encode(sha256(('i' || (random() * {Addresses - 1})::int)::bytea), 'hex'),
                '1:' || encode(sha256(('d' || (random() * {Devices - 1})::int)::bytea), 'hex'),
                'RU', 2003000, date '{FirstDay:O}' + (i * {Days} / {rows})::int, gen_random_uuid()
            FROM generate_series(0::bigint, {rows} - 1) AS i
            """));
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
        command.CommandText = "VACUUM ANALYZE user_logins";
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task CheckpointAsync(
        NpgsqlConnectionStringBuilder server, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(server);
        await using var command = database.CreateCommand("CHECKPOINT");
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private UserLogin Login() => new()
    {
        UserId = Mask('u', Users),
        DeviceType = "android",
        MaskedIp = Mask('i', Addresses),
        MaskedDeviceId = Mask('d', Devices),
        Locale = "RU",
        AppVersion = 2003000,
        CreateDate = FirstDay.AddDays(Days),
        MessageId = new Guid(RandomBytes(16)),
    };

    private string Mask(char kind, int values) =>
        $"1:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}{_random.Next(values)}")))}";

    private byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }
}
