using System.Globalization;
using System.Security.Cryptography;
using Amazon.SQS;
using FetchEtl.Local;
using FetchEtl.Logins;
using FetchEtl.Migrations;
using FetchEtl.Service;
using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.Benchmarks;

/// <summary>
/// The servers of a measurement: a local SQS in a process of its own and a private PostgreSQL. Each commit waits for
/// the disk, as in production.
/// </summary>
internal sealed class MeasuredEstate : IAsyncDisposable
{
    private const string UrlSetting = "Sqs__ServiceUrl";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly LocalPostgres _postgres;
    private readonly FetchEtlProcess _sqs;

    private MeasuredEstate(
        LocalPostgres postgres,
        FetchEtlProcess sqs,
        IAmazonSQS client,
        string queueUrl,
        Dictionary<string, string> settings)
    {
        _postgres = postgres;
        Database = NpgsqlDataSource.Create(postgres.ConnectionString);
        _sqs = sqs;
        Client = client;
        QueueUrl = queueUrl;
        Settings = settings;
    }

    public IAmazonSQS Client { get; }

    public NpgsqlDataSource Database { get; }

    public string QueueUrl { get; }

    /// <summary>The process of the local SQS.</summary>
    public int SqsProcessId => _sqs.ProcessId;

    /// <summary>PostgreSQL's first process, whose children are the sessions.</summary>
    public int DatabaseProcessId => _postgres.ServerProcessId;

    /// <summary>The environment variables of a measured process.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    /// <param name="cancellationToken">Ends the start.</param>
    /// <param name="more">Further environment variables of a measured process.</param>
    /// <exception cref="LocalPostgresException">
    /// This machine has no PostgreSQL; the message says what to install.
    /// </exception>
    public static async Task<MeasuredEstate> CreateAsync(
        CancellationToken cancellationToken, params (string Name, string Value)[] more)
    {
        var server = new Dictionary<string, string> { ["fsync"] = "on", ["track_commit_timestamp"] = "on" };
        var options = new LocalPostgresOptions { Settings = server };
        var postgres = await LocalPostgres.StartAsync(options, cancellationToken);
        await LoginMigrations.MigrateAsync(postgres.ConnectionString, cancellationToken);

        var settings = new Dictionary<string, string>
        {
            ["Sqs__Region"] = "us-east-1",
            ["ConnectionStrings__Logins"] = postgres.ConnectionString,
            ["Masking__Keys__0"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        };
        foreach (var (name, value) in more)
        {
            settings[name] = value;
        }

        var sqs = FetchEtlProcess.Start(settings, "local-sqs", "--port", "0");
        try
        {
            return await ConnectAsync(postgres, sqs, settings, cancellationToken);
        }
        catch
        {
            await sqs.DisposeAsync();
            await postgres.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends generated logins to the queue.</summary>
    public Task FillAsync(int messages, int seed, CancellationToken cancellationToken) =>
        new MessageSender(Client, TimeProvider.System, new Random()).SendAsync(
            QueueUrl, new LoginGenerator(seed).Take(messages), static _ => { }, cancellationToken);

    /// <summary>Makes the table partitioned.</summary>
    public Task PartitionAsync(PartitionInterval interval, CancellationToken cancellationToken) =>
        PartitionedTable.CreateAsync(Settings["ConnectionStrings__Logins"], interval, cancellationToken);

    /// <summary>
    /// Empties the table and runs a checkpoint, so that a run does not pay for the disk writes of the run before.
    /// </summary>
    public async Task EmptyTableAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync("TRUNCATE user_logins", cancellationToken);
        await CheckpointAsync(cancellationToken);
    }

    /// <summary>Makes PostgreSQL write its dirty pages to the disk.</summary>
    public Task CheckpointAsync(CancellationToken cancellationToken) => ExecuteAsync("CHECKPOINT", cancellationToken);

    /// <summary>Checks the number of rows in the table.</summary>
    /// <exception cref="MeasurementException">The table holds another number of rows.</exception>
    public async Task RequireRowsAsync(long expected, CancellationToken cancellationToken)
    {
        await using var command = Database.CreateCommand("SELECT count(*) FROM user_logins");
        var rows = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        if (rows != expected)
        {
            throw new MeasurementException(string.Create(
                CultureInfo.InvariantCulture, $"The table holds {rows:N0} rows instead of {expected:N0}."));
        }
    }

    /// <summary>Waits until the queue holds no message, neither visible nor in flight.</summary>
    /// <exception cref="MeasurementException">The worker has exited.</exception>
    public async Task WaitForEmptyQueueAsync(MeasuredProcess worker, CancellationToken cancellationToken)
    {
        while ((await QueueDepth.ReadAsync(Client, QueueUrl, cancellationToken)).Total > 0)
        {
            // Throws when the worker has exited: the queue would never become empty.
            _ = worker.Usage;
            await Task.Delay(Interval, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Database.DisposeAsync();
        await _sqs.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<MeasuredEstate> ConnectAsync(
        LocalPostgres postgres,
        FetchEtlProcess sqs,
        Dictionary<string, string> settings,
        CancellationToken cancellationToken)
    {
        var line = await sqs.WaitForLineAsync(x => x.Contains(UrlSetting, StringComparison.Ordinal));
        settings[UrlSetting] = line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..];
        var client = SqsCalls.Connect(new Uri(settings[UrlSetting]));
        var queueUrl = await client.QueueUrlAsync("login-queue", cancellationToken);
        return new MeasuredEstate(postgres, sqs, client, queueUrl, settings);
    }
}
