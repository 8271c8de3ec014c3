using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Amazon.SQS;
using Amazon.SQS.Model;
using FetchEtl.Local;
using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Migrations;
using FetchEtl.Service;
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
        Masker = new KeyedPiiMasker(new MaskingOptions { Keys = { settings["Masking__Keys__0"] } });
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
    public KeyedPiiMasker Masker { get; }

    /// <param name="options">The seed fixes the masking key, and so which rows a trigger refuses.</param>
    /// <param name="canaries">Searches PostgreSQL's logs.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="LocalPostgresException">
    /// This machine has no PostgreSQL; the message says what to install.
    /// </exception>
    public static async Task<ChaosEstate> CreateAsync(
        ChaosOptions options, CanaryWatch canaries, CancellationToken cancellationToken)
    {
        var postgres = await ReplicatedPostgres.StartAsync(canaries, cancellationToken);
        await LoginMigrations.MigrateAsync(postgres.ConnectionString, cancellationToken);
        var password = RandomNumberGenerator.GetHexString(32);
        await ExecuteAsync(
            $"""
            CREATE ROLE {Role} LOGIN PASSWORD '{password}';
            GRANT INSERT, SELECT (message_id) ON user_logins TO {Role};
            GRANT SELECT ON erased_messages TO {Role};
            GRANT SELECT, INSERT, UPDATE ON masking_generations TO {Role};
            """);
        if (options.IsPartitioned)
        {
            await PartitionedTable.CreateAsync(postgres.ConnectionString, PartitionInterval.Day, cancellationToken);

            // The workers have to add the partition of today.
            await ExecuteAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"DROP TABLE IF EXISTS user_logins_p{DateTime.UtcNow:yyyy'_'MM'_'dd}"));
        }

        await ExecuteAsync(ChaosTable.Setup(options.IsPartitioned));

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
        var key = new byte[32];
        new Random(options.Seed).NextBytes(key);

        // The masked fields and the form of message ids are the product's defaults for a new table.
        var settings = new Dictionary<string, string>
        {
            ["Sqs__ServiceUrl"] = sqs.ServiceUrl.ToString(),
            ["Sqs__Region"] = "us-east-1",
            ["Sqs__QueueName"] = Queue,
            ["Sqs__DeadLetterQueueName"] = DeadLetterQueue,
            ["Sqs__WaitTimeSeconds"] = "1",
            ["Sqs__VisibilityTimeoutSeconds"] = VisibilityTimeoutSeconds.ToString(),
            ["ConnectionStrings__Logins"] = workers.ConnectionString,
            ["Masking__Keys__0"] = Convert.ToBase64String(key),
        };
        TraceLogging.AddTo(settings);

        // A logger that waits for a full pipe waits soon.
        settings["Logging__Console__MaxQueueLength"] = "100";
        return new ChaosEstate(sqs, postgres, client, queueUrl, deadLetterUrl, redriveUrl, settings);

        async Task ExecuteAsync(string sql)
        {
            await using var command = postgres.Command(sql);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>Creates a command that runs as the owner of the database.</summary>
    public NpgsqlCommand Command(string sql) => Postgres.Command(sql);

    /// <summary>Counts the rows of the table.</summary>
    public async Task<long> CountRowsAsync(CancellationToken cancellationToken)
    {
        await using var command = Command("SELECT count(*) FROM user_logins");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

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
        await Sqs.DisposeAsync();
        await Postgres.DisposeAsync();
    }
}
