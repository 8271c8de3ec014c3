using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Amazon.SQS;
using Amazon.SQS.Model;
using FetchEtl.Local;
using FetchEtl.Masking;
using FetchEtl.Migrations;
using FetchEtl.Service;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FetchEtl.Benchmarks;

/// <summary>
/// The servers of the workers: an SQS in this process, and a private PostgreSQL with a synchronous standby. The role of
/// the workers has only the rights that it needs.
/// </summary>
internal sealed class ChaosEstate : IAsyncDisposable
{
    public const string Queue = "login-queue";
    public const string DeadLetterQueue = "login-queue-dead";
    public const string RedriveQueue = "login-queue-redriven";
    public const string Role = "fetch_etl";

    /// <summary>
    /// After so many receives SQS itself moves a message to <see cref="RedriveQueue"/>. No outage may use them up.
    /// </summary>
    public const int MaxReceiveCount = 8;

    /// <summary>How long a statement may take. Strikes last longer.</summary>
    public const int CommandTimeoutSeconds = 3;

    public const int VisibilityTimeoutSeconds = 5;

    private static readonly TimeSpan SettlingLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly ServiceProvider _logins;

    private ChaosEstate(
        LocalSqs sqs,
        ReplicatedPostgres postgres,
        IAmazonSQS client,
        string queueUrl,
        string deadLetterUrl,
        string redriveUrl,
        Dictionary<string, string> settings)
    {
        Sqs = sqs;
        Postgres = postgres;
        Client = client;
        QueueUrl = queueUrl;
        DeadLetterUrl = deadLetterUrl;
        RedriveUrl = redriveUrl;
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

    public ReplicatedPostgres Postgres { get; }

    public IAmazonSQS Client { get; }

    public string QueueUrl { get; }

    public string DeadLetterUrl { get; }

    public string RedriveUrl { get; }

    /// <summary>The environment variables of a worker.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>A masker with the key of the workers.</summary>
    public IPiiMasker Masker => _logins.GetRequiredService<IPiiMasker>();

    /// <exception cref="LocalPostgresException">
    /// This machine has no PostgreSQL; the message says what to install.
    /// </exception>
    public static async Task<ChaosEstate> CreateAsync(CanaryWatch canaries, CancellationToken cancellationToken)
    {
        var postgres = await ReplicatedPostgres.StartAsync(canaries, cancellationToken);
        await LoginMigrations.MigrateAsync(postgres.ConnectionString, cancellationToken);
        var password = RandomNumberGenerator.GetHexString(32);
        await using (var setup = postgres.Command(
            $"CREATE ROLE {Role} LOGIN PASSWORD '{password}'; "
            + $"GRANT INSERT, SELECT (message_id) ON user_logins TO {Role}; "
            + $"GRANT SELECT ON erased_messages TO {Role}; "
            + $"GRANT SELECT, INSERT, UPDATE ON masking_generations TO {Role}; "
            + ChaosTable.Setup))
        {
            await setup.ExecuteNonQueryAsync(cancellationToken);
        }

        var sqs = await LocalSqs.StartAsync(cancellationToken: cancellationToken);

        // No retries: a repeated send can create a second message, and the oracle must know how many there are.
        var client = SqsCalls.Connect(sqs.ServiceUrl, config =>
        {
            config.MaxErrorRetry = 0;
            config.MaxStaleConnectionRetries = 0;
            config.Timeout = TimeSpan.FromMinutes(2);
        });
        var redriveUrl = (await client.CreateQueueAsync(RedriveQueue, cancellationToken)).QueueUrl;
        var redriveArn = (await client.GetQueueAttributesAsync(redriveUrl, ["QueueArn"], cancellationToken)).QueueARN;
        var policy = new JsonObject { ["deadLetterTargetArn"] = redriveArn, ["maxReceiveCount"] = MaxReceiveCount };
        var queue = new CreateQueueRequest(Queue) { Attributes = new() { ["RedrivePolicy"] = policy.ToJsonString() } };
        var queueUrl = (await client.CreateQueueAsync(queue, cancellationToken)).QueueUrl;
        var deadLetterUrl = (await client.CreateQueueAsync(DeadLetterQueue, cancellationToken)).QueueUrl;
        var workers = new NpgsqlConnectionStringBuilder(postgres.ConnectionString)
        {
            Username = Role,
            Password = password,
            CommandTimeout = CommandTimeoutSeconds,
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
            // The oracle finds a row by its user and its message.
            ["Masking__Fields__0"] = "ip",
            ["Masking__Fields__1"] = "device_id",
            ["Masking__MessageIds"] = "Raw",
        };
        TraceLogging.AddTo(settings);

        // A logger that waits for a full pipe waits soon.
        settings["Logging__Console__MaxQueueLength"] = "100";
        return new ChaosEstate(sqs, postgres, client, queueUrl, deadLetterUrl, redriveUrl, settings);
    }

    /// <summary>Creates a command that runs as the owner of the database.</summary>
    public NpgsqlCommand Command(string sql) => Postgres.Command(sql);

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
        await Postgres.DisposeAsync();
    }
}
