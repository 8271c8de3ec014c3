using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;
using FetchEtl.Local;
using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Migrations;
using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.Service.Tests;

/// <summary>
/// A service that is set up well: two queues, a migrated database, a role with the documented rights, a registered key.
/// </summary>
public sealed class DoctorEstate : IAsyncLifetime
{
    private PostgresDatabase? _database;
    private LocalSqs? _sqs;
    private (string Name, string ConnectionString) _role;
    private int _queues;

    public LocalSqs Sqs => _sqs!;

    public AmazonSQSClient Client { get; private set; } = null!;

    /// <summary>The owner of the tables.</summary>
    public string Owner => _database!.ConnectionString;

    /// <summary>The service's role.</summary>
    public string Role => _role.ConnectionString;

    public async Task InitializeAsync()
    {
        _database = await PostgresDatabase.CreateAsync();
        await LoginMigrations.MigrateAsync(Owner);
        _role = await _database.CreateRoleAsync(
            "INSERT, SELECT (message_id) ON user_logins", "SELECT ON masking_generations",
            "SELECT ON erased_messages");
        var masking = new MaskingOptions { Keys = { TestKeys.First } };
        await KeyRegistration.RunAsync(
            Owner,
            new KeyedPiiMasker(masking),
            new LoginsOptions { Masking = masking },
            CancellationToken.None);
        _sqs = await LocalSqs.StartAsync();
        Client = new AmazonSQSClient(
            new BasicAWSCredentials("local", "local"),
            new AmazonSQSConfig { ServiceURL = Sqs.ServiceUrl.ToString(), AuthenticationRegion = "us-east-1" });
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await Sqs.DisposeAsync();
        await _database!.DisposeAsync();
    }

    /// <summary>Settings that are right, for queues that do not exist yet.</summary>
    internal Dictionary<string, string?> Settings() => new()
    {
        ["Sqs:ServiceUrl"] = Sqs.ServiceUrl.ToString(),
        ["Sqs:QueueName"] = $"q{Interlocked.Increment(ref _queues)}",
        ["Sqs:DeadLetterQueueName"] = $"q{_queues}-dead",
        ["ConnectionStrings:Logins"] = Role,
        ["Masking:Keys:0"] = TestKeys.First,
    };

    /// <summary>Creates a queue with attributes.</summary>
    internal async Task<string> CreateQueueAsync(string? name, Dictionary<string, string> attributes) =>
        (await Client.CreateQueueAsync(new CreateQueueRequest(name) { Attributes = attributes })).QueueUrl;

    /// <summary>Runs a statement as the owner of the tables; <c>{role}</c> is the service's role.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Owner);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            sql.Replace("{role}", _role.Name, StringComparison.Ordinal), connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>All rows of a query as one text.</summary>
    public async Task<string> ReadAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Owner);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            $"SELECT coalesce(string_agg(x::text, ';' ORDER BY x::text), '') FROM ({sql}) AS x", connection);
        return (string)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The role's connection string with one keyword changed.</summary>
    internal string RoleWith(string keyword, string value) => With(Role, keyword, value);

    /// <summary>The owner's connection string with one keyword changed.</summary>
    internal string OwnerWith(string keyword, string value) => With(Owner, keyword, value);

    /// <summary>Runs <c>doctor</c> in this process.</summary>
    internal static async Task<DoctorReport> RunAsync(
        Dictionary<string, string?> settings, TimeSpan clock = default, TimeSpan? limit = null)
    {
        using var host = new DoctorHost([], settings);
        return await DoctorRun.RunAsync(
            host,
            new ShiftedClock(clock),
            // A busy machine may need long.
            new CallLimit(TimeProvider.System, limit ?? TimeSpan.FromMinutes(1)),
            static _ => { },
            CancellationToken.None);
    }

    private static string With(string text, string keyword, string value) =>
        new NpgsqlConnectionStringBuilder(text) { [keyword] = value }.ConnectionString;

    /// <summary>A clock that is wrong by the same time always.</summary>
    private sealed class ShiftedClock(TimeSpan shift) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + shift;
    }
}
