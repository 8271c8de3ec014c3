using System.Globalization;
using FetchEtl.Migrations;
using FetchEtl.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace FetchEtl.Logins.Tests;

/// <summary>A migrated database and the library's services over it, with their logs.</summary>
internal sealed class LoginStore : IAsyncDisposable
{
    /// <summary>
    /// The application name of the fixture's connections, which distinguishes them from the writer's.
    /// </summary>
    public const string AdminName = "test-admin";

    /// <summary>A database that is migrated once. Each test has a copy of it.</summary>
    private static readonly DatabaseTemplate Migrated =
        new(PostgresDatabase.CreateAsync, connectionString => LoginMigrations.MigrateAsync(connectionString));

    private readonly PostgresDatabase? _database;
    private readonly string _server;
    private ServiceProvider? _provider;

    private LoginStore(PostgresDatabase? database, string connectionString)
    {
        _database = database;
        _server = ConnectionString = connectionString;
        Services.AddLogging(logging => logging.AddProvider(Logs).SetMinimumLevel(LogLevel.Trace));
        Services.AddLogins(options =>
        {
            options.ConnectionString = ConnectionString;
            options.Masking = Masking;
        });
    }

    /// <summary>
    /// The services' connection string. A test with a proxy or a role changes it before the first use.
    /// </summary>
    public string ConnectionString { get; set; }

    /// <summary>The services' masking settings; tests change them before the first use.</summary>
    public MaskingOptions Masking { get; set; } = new() { Keys = { TestKeys.First } };

    public ServiceCollection Services { get; } = new();

    public RecordedLogs Logs { get; } = new();

    public ServiceProvider Provider => _provider ??= Services.BuildServiceProvider(validateScopes: true);

    public LoginWriter Writer => Provider.GetRequiredService<LoginWriter>();

    public static async Task<LoginStore> CreateAsync()
    {
        var database = await Migrated.CopyAsync();
        return new LoginStore(database, database.ConnectionString);
    }

    /// <summary>Uses a database of a server that the test owns.</summary>
    public static async Task<LoginStore> OverAsync(string connectionString)
    {
        await LoginMigrations.MigrateAsync(connectionString);
        return new LoginStore(database: null, connectionString);
    }

    public static UserLogin Login(string userId = "u", Guid? messageId = null)
    {
        return new UserLogin
        {
            UserId = userId,
            AppVersion = 2_003_000,
            CreateDate = new DateOnly(2026, 1, 2),
            MessageId = messageId ?? Guid.NewGuid(),
        };
    }

    public static UserLogin[] Logins(int count) =>
        [.. Enumerable.Range(0, count).Select(i => Login(i.ToString(CultureInfo.InvariantCulture)))];

    /// <summary>
    /// Builds the same services again, as in another process, with other masking settings where the test passes them.
    /// </summary>
    public ServiceProvider Beside(MaskingOptions? masking = null)
    {
        var services = new ServiceCollection();
        services.Add(Services);
        if (masking is not null)
        {
            services.Configure<LoginsOptions>(options => options.Masking = masking);
        }

        return services.BuildServiceProvider();
    }

    public SignalingTimeProvider UseFakeTime()
    {
        var time = new SignalingTimeProvider();
        Services.AddSingleton<TimeProvider>(time);
        return time;
    }

    public LoginDatabase Session() => Provider.GetRequiredService<LoginDataSource>().Create();

    public LoginDbContext Context() =>
        Provider.GetRequiredService<IDbContextFactory<LoginDbContext>>().CreateDbContext();

    public async Task<long> CountAsync() => (long)(await ScalarAsync("SELECT count(*) FROM user_logins"))!;

    public Task<TableLock> LockTableAsync(string table = "user_logins") =>
        TableLock.TakeAsync(_server, table);

    /// <summary>
    /// Lets the services connect as a role of their own, which has only the rights that it needs. Returns its name.
    /// </summary>
    public async Task<string> UseRoleAsync()
    {
        (var role, ConnectionString) = await _database!.CreateRoleAsync(
            "INSERT, SELECT ON user_logins", "SELECT, INSERT, UPDATE ON masking_generations",
            "SELECT ON erased_messages");
        return role;
    }

    /// <summary>Starts the services as a host does, without a bus.</summary>
    public async Task StartAsync()
    {
        var services = Provider.GetServices<IHostedService>().ToArray();
        foreach (var service in services.OfType<IHostedLifecycleService>())
        {
            await service.StartingAsync(CancellationToken.None);
        }

        foreach (var service in services)
        {
            await service.StartAsync(CancellationToken.None);
        }
    }

    /// <summary>Stops what <see cref="StartAsync"/> started.</summary>
    public Task StopAsync() =>
        Task.WhenAll(Provider.GetServices<IHostedService>().Select(x => x.StopAsync(CancellationToken.None)));

    public async Task<HealthReportEntry> HealthAsync() => (await Provider
        .GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries[LoginWriterHealthCheck.Name];

    /// <summary>Asks for the health until its description contains a text: health follows the writer's loops.</summary>
    public async Task<HealthReportEntry> UntilHealthAsync(string part)
    {
        for (var left = Deliveries.Limit; ; left -= Deliveries.Pause)
        {
            var health = await HealthAsync();
            if (health.Description!.Contains(part, StringComparison.Ordinal))
            {
                return health;
            }

            Assert.True(left > TimeSpan.Zero, $"{health.Description}\n{string.Join('\n', Logs.Texts.TakeLast(5))}");
            await Task.Delay(Deliveries.Pause);
        }
    }

    /// <summary>Asks for the health until the writer commits, and no refused row waits.</summary>
    public async Task UntilHealthyAsync() =>
        Assert.Equal(HealthStatus.Healthy, (await UntilHealthAsync("The writer commits logins.")).Status);

    /// <summary>Leaves what an erasure of a message's row leaves.</summary>
    public Task EraseAsync(Guid messageId) => ScalarAsync(
        $"DELETE FROM user_logins WHERE message_id = '{messageId}'; " +
        $"INSERT INTO erased_messages VALUES ('{messageId}')");

    /// <summary>Runs a query over a direct connection to the server, without the services' proxy or role.</summary>
    public async Task<object?> ScalarAsync(string sql)
    {
        var admin = new NpgsqlConnectionStringBuilder(_server) { ApplicationName = AdminName };
        await using var source = NpgsqlDataSource.Create(admin);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_provider is not null)
        {
            await _provider.DisposeAsync();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }
}
