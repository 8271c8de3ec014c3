using System.Text.Json;
using BenchmarkDotNet.Attributes;
using FetchEtl.Local;
using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Migrations;
using FetchEtl.Service;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FetchEtl.Benchmarks;

/// <summary>
/// Measures the INSERT of a thousand rows a statement, the writer's full batch. PostgreSQL is a private one on this
/// machine whose commits do not wait for the disk. The time includes that of PostgreSQL; the bytes are those of this
/// process.
/// </summary>
public class UnnestWriting
{
    private const int Rows = 1000;
    private const int Batches = 10;
    private const int Seed = 1;

    private LocalPostgres _postgres = null!;
    private NpgsqlDataSource _owner = null!;
    private ServiceProvider _services = null!;
    private LoginDataSource _source = null!;
    private UserLogin[][] _batches = [];

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _postgres = await LocalPostgres.StartAsync();
        await LoginMigrations.MigrateAsync(_postgres.ConnectionString);
        _owner = NpgsqlDataSource.Create(_postgres.ConnectionString);
        _services = new ServiceCollection()
            .AddLogging()
            .AddLogins(options =>
            {
                SampleKey.AddTo(options);
                options.ConnectionString = _postgres.ConnectionString;
            })
            .BuildServiceProvider();
        _source = _services.GetRequiredService<LoginDataSource>();
        _batches = CreateBatches(_services.GetRequiredService<IPiiMasker>());
    }

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        await _services.DisposeAsync();
        await _owner.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    /// <summary>Empties the table, so that all rows are new in each iteration and the table does not grow.</summary>
    [IterationSetup]
    public void EmptyTable()
    {
        using var command = _owner.CreateCommand("TRUNCATE user_logins");
        command.ExecuteNonQuery();
    }

    [Benchmark(OperationsPerInvoke = Rows * Batches)]
    public async Task Insert()
    {
        foreach (var batch in _batches)
        {
            await using var session = _source.Create();
            if (await session.InsertAsync(batch) != batch.Length)
            {
                throw new InvalidOperationException("The table already held a row of the batch.");
            }
        }
    }

    private static UserLogin[][] CreateBatches(IPiiMasker masker)
    {
        var random = new Random(Seed);
        return [.. new LoginGenerator(Seed).Take(Rows * Batches).Select(Row).Chunk(Rows)];

        UserLogin Row(string body)
        {
            var messageId = new byte[16];
            random.NextBytes(messageId);
            return BareMapping.ToRow(
                JsonSerializer.Deserialize<LoginMessage>(body)!, masker, new DateOnly(2026, 1, 2), new Guid(messageId));
        }
    }
}
