using System.Diagnostics;
using System.Security.Cryptography;
using Amazon.SQS;
using FetchEtl.Local;
using FetchEtl.Masking;
using FetchEtl.Migrations;
using FetchEtl.Service;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FetchEtl.Benchmarks;

/// <summary>
/// The servers of the workers: an SQS in this process and a private PostgreSQL. The workers' role has only the rights
/// that it needs.
/// </summary>
internal sealed class ChaosEstate : IAsyncDisposable
{
    public const string Queue = "login-queue";
    public const string DeadLetterQueue = "login-queue-dead";
    public const string Role = "fetch_etl";
    public const int VisibilityTimeoutSeconds = 5;

    private static readonly TimeSpan SettlingLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly ServiceProvider _logins;
    private readonly NpgsqlDataSource _owner;

    private ChaosEstate(
        LocalSqs sqs,
        LocalPostgres postgres,
        NpgsqlDataSource owner,
        IAmazonSQS client,
        string queueUrl,
        string deadLetterUrl,
        Dictionary<string, string> settings)
    {
        Sqs = sqs;
        Postgres = postgres;
        _owner = owner;
        Client = client;
        QueueUrl = queueUrl;
        DeadLetterUrl = deadLetterUrl;
        Settings = settings;
        _logins = new ServiceCollection()
            .AddLogins(options =>
            {
                options.ConnectionString = settings["ConnectionStrings__Logins"];
                options.Masking.Keys.Add(settings["Masking__Keys__0"]);
            })
            .BuildServiceProvider();
    }

    public LocalSqs Sqs { get; }

    public LocalPostgres Postgres { get; }

    public IAmazonSQS Client { get; }

    public string QueueUrl { get; }

    public string DeadLetterUrl { get; }

    /// <summary>The environment variables of a worker.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>A masker with the key of the workers.</summary>
    public IPiiMasker Masker => _logins.GetRequiredService<IPiiMasker>();

    /// <exception cref="LocalPostgresException">
    /// This machine has no PostgreSQL; the message says what to install.
    /// </exception>
    public static async Task<ChaosEstate> CreateAsync(CancellationToken cancellationToken)
    {
        var postgres = await LocalPostgres.StartAsync(cancellationToken: cancellationToken);
        await LoginMigrations.MigrateAsync(postgres.ConnectionString, cancellationToken);

        // No pool: every restart of PostgreSQL would break the pooled connections.
        var owner = NpgsqlDataSource.Create($"{postgres.ConnectionString};Pooling=false");
        var password = RandomNumberGenerator.GetHexString(32);
        await using (var role = owner.CreateCommand(
            $"CREATE ROLE {Role} LOGIN PASSWORD '{password}'; "
            + $"GRANT INSERT, SELECT (message_id) ON user_logins TO {Role}; "
            + $"GRANT SELECT, INSERT, UPDATE ON masking_generations TO {Role}"))
        {
            await role.ExecuteNonQueryAsync(cancellationToken);
        }

        var sqs = await LocalSqs.StartAsync(cancellationToken: cancellationToken);

        // No retries: a repeated send can create a second message, and the oracle must know how many there are.
        var client = SqsCalls.Connect(sqs.ServiceUrl, config =>
        {
            config.MaxErrorRetry = 0;
            config.MaxStaleConnectionRetries = 0;
            config.Timeout = TimeSpan.FromMinutes(2);
        });
        var queueUrl = (await client.CreateQueueAsync(Queue, cancellationToken)).QueueUrl;
        var deadLetterUrl = (await client.CreateQueueAsync(DeadLetterQueue, cancellationToken)).QueueUrl;
        var workers = new NpgsqlConnectionStringBuilder(postgres.ConnectionString)
        {
            Username = Role,
            Password = password,
        };

        var settings = new Dictionary<string, string>
        {
            ["Sqs__ServiceUrl"] = sqs.ServiceUrl.ToString(),
            ["Sqs__Region"] = "us-east-1",
            ["Sqs__QueueName"] = Queue,
            ["Sqs__DeadLetterQueueName"] = DeadLetterQueue,
            ["Sqs__WaitTimeSeconds"] = "1",
            ["Sqs__VisibilityTimeoutSeconds"] = VisibilityTimeoutSeconds.ToString(),
            ["ConnectionStrings__Logins"] = workers.ConnectionString,
            ["Masking__Keys__0"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        };
        TraceLogging.AddTo(settings);
        return new ChaosEstate(sqs, postgres, owner, client, queueUrl, deadLetterUrl, settings);
    }

    /// <summary>Creates a command that runs as the owner of the database.</summary>
    public NpgsqlCommand Command(string sql) => _owner.CreateCommand(sql);

    /// <summary>Reads how many messages are on the queue, and how many of them are in flight.</summary>
    public async Task<(long Total, long InFlight)> DepthAsync(CancellationToken cancellationToken)
    {
        var depth = await QueueDepth.ReadAsync(Client, QueueUrl, cancellationToken);
        return (depth.Total, depth.InFlight);
    }

    /// <summary>Waits until the queue is empty, at most two minutes.</summary>
    /// <returns>How many messages are left on the queue.</returns>
    public async Task<long> SettleAsync(CancellationToken cancellationToken)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            var (left, _) = await DepthAsync(cancellationToken);
            if (left == 0 || Stopwatch.GetElapsedTime(since) > SettlingLimit)
            {
                return left;
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _logins.DisposeAsync();
        await Sqs.DisposeAsync();
        await _owner.DisposeAsync();
        await Postgres.DisposeAsync();
    }
}
