using System.Globalization;
using System.Security.Cryptography;
using Amazon.SQS;
using FetchEtl.Local;
using FetchEtl.Migrations;
using FetchEtl.Service;
using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.Benchmarks;

/// <summary>
/// What is measured on: a local SQS in a process of its own and a private PostgreSQL, which waits for its disk at each commit as one in
/// production does.
/// </summary>
internal sealed class MeasuredEstate : IAsyncDisposable
{
    private const string UrlSetting = "Sqs__ServiceUrl";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly LocalPostgres _postgres;
    private readonly FetchEtlProcess _sqs;

    private MeasuredEstate(LocalPostgres postgres, FetchEtlProcess sqs, IAmazonSQS client, string queueUrl, Dictionary<string, string> settings)
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

    /// <summary>The environment of whatever is measured.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    /// <exception cref="LocalPostgresException">This machine has no PostgreSQL; the message says what to install.</exception>
    public static async Task<MeasuredEstate> CreateAsync(CancellationToken cancellationToken)
    {
        var server = new Dictionary<string, string> { ["fsync"] = "on", ["track_commit_timestamp"] = "on" };
        var postgres = await LocalPostgres.StartAsync(new LocalPostgresOptions { Settings = server }, cancellationToken);
        await LoginMigrations.MigrateAsync(postgres.ConnectionString, cancellationToken);

        var settings = new Dictionary<string, string>
        {
            ["Sqs__Region"] = "us-east-1",
            ["ConnectionStrings__Logins"] = postgres.ConnectionString,
            ["Masking__Keys__0"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        };
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

    /// <summary>Puts generated logins on the queue.</summary>
    public Task FillAsync(int messages, int seed, CancellationToken cancellationToken) =>
        new MessageSender(Client).SendAsync(QueueUrl, new LoginGenerator(seed).Take(messages), static _ => { }, cancellationToken);

    /// <summary>Empties the table, and has PostgreSQL write out what it owes the disk, so that nobody pays for who went before.</summary>
    public async Task EmptyTableAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync("TRUNCATE user_logins", cancellationToken);
        await SettleDiskAsync(cancellationToken);
    }

    public Task SettleDiskAsync(CancellationToken cancellationToken) => ExecuteAsync("CHECKPOINT", cancellationToken);

    /// <exception cref="MeasurementException">The table holds another number of rows.</exception>
    public async Task RequireRowsAsync(long expected, CancellationToken cancellationToken)
    {
        await using var command = Database.CreateCommand("SELECT count(*) FROM user_logins");
        var rows = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        if (rows != expected)
        {
            throw new MeasurementException(string.Create(CultureInfo.InvariantCulture, $"The table holds {rows:N0} rows instead of {expected:N0}."));
        }
    }

    /// <summary>Waits until no message is left, in flight included.</summary>
    /// <exception cref="MeasurementException">The worker is gone.</exception>
    public async Task WaitForEmptyQueueAsync(MeasuredProcess worker, CancellationToken cancellationToken)
    {
        while ((await QueueDepth.ReadAsync(Client, QueueUrl, cancellationToken)).Total > 0)
        {
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
        LocalPostgres postgres, FetchEtlProcess sqs, Dictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var line = await sqs.WaitForLineAsync(x => x.Contains(UrlSetting, StringComparison.Ordinal));
        settings[UrlSetting] = line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..];
        var client = SqsCalls.Connect(new Uri(settings[UrlSetting]));
        return new MeasuredEstate(postgres, sqs, client, await client.QueueUrlAsync("login-queue", cancellationToken), settings);
    }
}
