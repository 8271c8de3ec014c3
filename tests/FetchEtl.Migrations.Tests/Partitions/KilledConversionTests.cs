using System.Globalization;
using FetchEtl.Logins;
using FetchEtl.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace FetchEtl.Migrations.Tests;

/// <summary>The real program, killed while a writer writes. FETCHETL_ROWS sets another number of rows.</summary>
[Trait("Category", "Slow")]
public sealed class KilledConversionTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Days = 60;

    private static readonly DateOnly Last = new(2026, 11, 27);

    private readonly int _rows = TestRows.Or(30_000);

    private readonly List<UserLogin> _written = [];
    private PostgresDatabase _database = null!;

    private Dictionary<string, string> Settings => new(StringComparer.Ordinal)
    {
        ["ConnectionStrings__Logins"] = _database.ConnectionString,
    };

    public async Task InitializeAsync()
    {
        _database = await PostgresDatabase.CreateAsync();
        await LoginMigrations.MigrateAsync(_database.ConnectionString);
        await TestDatabase.ExecuteAsync(
            _database.ConnectionString,
            $"""
            INSERT INTO user_logins
            SELECT 'old' || n, 'ios', repeat('a', 66), repeat('b', 66), NULL, 2003000,
                CASE WHEN n % 1000 > 0 THEN '{Last:yyyy-MM-dd}'::date - (n % {Days}) END,
                CASE WHEN n % 3 > 0 THEN gen_random_uuid() END
            FROM generate_series(1, {_rows}) n
            """);
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [PosixFact]
    public async Task A_conversion_that_is_killed_twice_under_load_loses_and_doubles_nothing()
    {
        await using var services = Services();
        using var stop = new CancellationTokenSource();
        var writing = WriteAsync(services.GetRequiredService<LoginWriter>(), stop.Token);

        foreach (var part in new[] { 0.2, 0.6 })
        {
            // Its lock keeps the conversion from ending before the kill, and stops no copy and no writer.
            await using var reader = await Analyst.BeginAsync(
                _database.ConnectionString, "SELECT count(*) FROM user_logins");
            await using var killed = FetchEtlProcess.Start(Settings, "migrate", "--partition-by", "day", "--yes");
            await WaitForBlocksAsync(part);
            await killed.SignalAsync(ProcessSignal.Kill);
            await killed.WaitAsync();
        }

        await using var last = await FetchEtlProcess.RunAsync(Settings, "migrate", "--partition-by", "day");
        await stop.CancelAsync();
        await writing;
        await using var again = await FetchEtlProcess.RunAsync(
            Settings, "migrate", "--partition-by", "day", "--drop-old", "--yes");

        Assert.True(last.ExitCode == 0, last.Errors);
        Assert.Contains("user_logins is partitioned by day. Services that run continue with it.", last.Output);
        Assert.Contains("kept as user_logins_unpartitioned", last.Output);
        Assert.Contains("is partitioned by day already: nothing to do.", again.Output);
        Assert.Contains("user_logins_unpartitioned was dropped.", again.Output);

        // In another process every twentieth message comes again.
        await using var restarted = Services();
        var writer = restarted.GetRequiredService<LoginWriter>();
        await Task.WhenAll(_written.Where((_, place) => place % 20 == 0).Select(login => writer.WriteAsync(login)))
            .WaitAsync(TestDatabase.Limit);
        Assert.Equal(
            [$"{_rows + _written.Count}|{_rows + _written.Count}|p"],
            await TestDatabase.ReadAsync(
                _database.ConnectionString,
                """
                SELECT count(*), count(DISTINCT user_id), (SELECT relkind FROM pg_class WHERE relname = 'user_logins')
                FROM user_logins
                """));
        output.WriteLine($"{_rows} rows, {_written.Count} written meanwhile");
    }

    private async Task WaitForBlocksAsync(double part)
    {
        using var limit = new CancellationTokenSource(TestDatabase.Limit);
        while (await TestDatabase.ReadAsync(
            _database.ConnectionString, "SELECT to_regclass('user_logins_conversion')::text") is [""]
            || await TestDatabase.ReadAsync(
                _database.ConnectionString,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"SELECT next_block >= total_blocks * {part} FROM user_logins_conversion")) is not ["True"])
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), limit.Token);
        }
    }

    private async Task WriteAsync(LoginWriter writer, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            UserLogin[] batch =
            [
                .. Enumerable.Range(_written.Count, 50).Select(number => new UserLogin
                {
                    UserId = $"new{number}",
                    AppVersion = 1,
                    CreateDate = Last.AddDays(1 - (number % 90)),
                    MessageId = Guid.NewGuid(),
                }),
            ];

            // The messages of the batch before come again.
            await Task.WhenAll(batch.Concat(_written.TakeLast(10)).Select(login => writer.WriteAsync(login)))
                .WaitAsync(TestDatabase.Limit, CancellationToken.None);
            _written.AddRange(batch);
        }
    }

    private ServiceProvider Services()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddLogins(options =>
        {
            options.ConnectionString = _database.ConnectionString;
            options.Masking.Keys.Add(TestKeys.First);
        });
        return services.BuildServiceProvider();
    }
}
