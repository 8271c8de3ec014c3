using System.Security.Cryptography;
using System.Text.Json;
using FetchEtl.Local;
using FetchEtl.Migrations;
using FetchEtl.Sqs;
using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>What a data team would have: an SQS with two queues, a migrated database and a masking key.</summary>
internal sealed class Estate : IAsyncDisposable
{
    private readonly LocalSqs _sqs;
    private readonly PostgresDatabase _database;

    private Estate(LocalSqs sqs, PostgresDatabase database, SqsClient client, string queueUrl, string deadLetterUrl)
    {
        _sqs = sqs;
        _database = database;
        Client = client;
        QueueUrl = queueUrl;
        DeadLetterUrl = deadLetterUrl;
        Settings = new Dictionary<string, string>
        {
            ["Sqs__ServiceUrl"] = sqs.ServiceUrl.ToString(),
            ["Sqs__WaitTimeSeconds"] = "1",
            ["ConnectionStrings__Logins"] = database.ConnectionString,
            ["Masking__Keys__0"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        };
    }

    public Dictionary<string, string> Settings { get; }

    public SqsClient Client { get; }

    public string QueueUrl { get; }

    public string DeadLetterUrl { get; }

    public Uri ServiceUrl => _sqs.ServiceUrl;

    public string ConnectionString => _database.ConnectionString;

    public static async Task<Estate> CreateAsync(LocalSqsProtocols protocols = LocalSqsProtocols.All)
    {
        var database = await PostgresDatabase.CreateAsync();
        await LoginMigrations.MigrateAsync(database.ConnectionString, CancellationToken.None);
        var sqs = await LocalSqs.StartAsync(new LocalSqsOptions { Protocols = protocols });
        var client = new SqsClient(new SqsClientOptions
        {
            ServiceUrl = sqs.ServiceUrl,
            Region = "us-east-1",
            Credentials = new Amazon.Runtime.BasicAWSCredentials("local", "local"),
        });
        var queueUrl = await client.CreateQueueAsync("login-queue", null, CancellationToken.None);
        var deadLetterUrl = await client.CreateQueueAsync("login-queue-dead", null, CancellationToken.None);

        return new Estate(sqs, database, client, queueUrl, deadLetterUrl);
    }

    public Task<FetchEtlProcess> RunAsync(params string[] arguments) => FetchEtlProcess.RunAsync(Settings, arguments);

    /// <summary>Runs <c>drain --json</c> and reads its one line.</summary>
    public async Task<JsonElement> DrainAsync()
    {
        await using var drain = await RunAsync("drain", "--json");
        Assert.True(drain.ExitCode == 0, drain.Errors);

        return JsonSerializer.Deserialize<JsonElement>(Assert.Single(drain.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
    }

    /// <summary>All messages of a queue, left as they were.</summary>
    public async Task<List<SqsMessage>> PeekAsync(string queueUrl)
    {
        var messages = new List<SqsMessage>();
        var request = new SqsReceiveRequest { WaitTime = TimeSpan.Zero, VisibilityTimeout = TimeSpan.FromMinutes(1) };
        while (await Client.ReceiveMessageAsync(queueUrl, request, CancellationToken.None) is { Count: > 0 } batch)
        {
            messages.AddRange(batch);
        }

        foreach (var batch in messages.Chunk(10))
        {
            var entries = Array.ConvertAll(batch, x => new SqsVisibilityEntry(x.ReceiptHandle, TimeSpan.Zero));
            await Client.ChangeMessageVisibilityBatchAsync(queueUrl, entries, CancellationToken.None);
        }

        return messages;
    }

    public async Task<T> QueryAsync<T>(string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _sqs.DisposeAsync();
        await _database.DisposeAsync();
    }
}
