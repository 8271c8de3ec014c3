using System.Security.Cryptography;
using System.Text.Json;
using Amazon.SQS;
using Amazon.SQS.Model;
using FetchEtl.Benchmarks;
using FetchEtl.Local;
using FetchEtl.Migrations;
using FetchEtl.Service;
using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>The environment of a data team: an SQS with two queues, a migrated database and a masking key.</summary>
internal sealed class Estate : IAsyncDisposable
{
    /// <summary>A database that is migrated once. Each estate has a copy of it.</summary>
    private static readonly DatabaseTemplate Migrated =
        new(PostgresDatabase.CreateAsync, connectionString => LoginMigrations.MigrateAsync(connectionString));

    private readonly IAsyncDisposable _database;

    private Estate(
        LocalSqs sqs,
        IAsyncDisposable database,
        string connectionString,
        IAmazonSQS client,
        string queueUrl,
        string deadLetterUrl)
    {
        Sqs = sqs;
        _database = database;
        ConnectionString = connectionString;
        Client = client;
        QueueUrl = queueUrl;
        DeadLetterUrl = deadLetterUrl;
        Settings = new Dictionary<string, string>
        {
            // These processes are too short to profit from code that is compiled again, optimized: not before 10 calm
            // seconds. The runtime reads the number as hexadecimal milliseconds.
            ["DOTNET_TC_CallCountingDelayMs"] = "2710",
            ["Sqs__ServiceUrl"] = sqs.ServiceUrl.ToString(),
            ["Sqs__WaitTimeSeconds"] = "1",
            ["ConnectionStrings__Logins"] = connectionString,
            ["Masking__Keys__0"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        };
    }

    public Dictionary<string, string> Settings { get; }

    /// <summary>Stores user ids as received, for tests that find their rows by them.</summary>
    public void KeepUserIds()
    {
        Settings["Masking__Fields__0"] = "ip";
        Settings["Masking__Fields__1"] = "device_id";
    }

    public IAmazonSQS Client { get; }

    public string QueueUrl { get; }

    public string DeadLetterUrl { get; }

    public LocalSqs Sqs { get; }

    public Uri ServiceUrl => Sqs.ServiceUrl;

    public string ConnectionString { get; }

    /// <param name="protocols">The protocols of the SQS.</param>
    /// <param name="maxReceives">The <c>maxReceiveCount</c> of the queue's redrive policy; null for no policy.</param>
    public static async Task<Estate> CreateAsync(
        LocalSqsProtocols protocols = LocalSqsProtocols.All,
        int? maxReceives = null)
    {
        var database = await Migrated.CopyAsync();
        return await CreateAsync(database, database.ConnectionString, protocols, maxReceives);
    }

    /// <summary>Creates an estate with its own PostgreSQL, which a test can stop and start.</summary>
    public static async Task<(Estate Estate, LocalPostgres Server)> CreateWithServerAsync(int? maxReceives = null)
    {
        var server = await LocalPostgres.StartAsync();
        await LoginMigrations.MigrateAsync(server.ConnectionString);
        return (await CreateAsync(server, server.ConnectionString, LocalSqsProtocols.All, maxReceives), server);
    }

    private static async Task<Estate> CreateAsync(
        IAsyncDisposable database, string connectionString, LocalSqsProtocols protocols, int? maxReceives)
    {
        var sqs = await LocalSqs.StartAsync(new LocalSqsOptions { Protocols = protocols });
        var client = SqsCalls.Connect(sqs.ServiceUrl);
        var deadLetterUrl = (await client.CreateQueueAsync("login-queue-dead")).QueueUrl;
        var deadLetterArn = (await client.GetQueueAttributesAsync(deadLetterUrl, ["QueueArn"])).QueueARN;
        var attributes = new Dictionary<string, string>();
        if (maxReceives is { } limit)
        {
            attributes["RedrivePolicy"] =
                $$"""{"deadLetterTargetArn":"{{deadLetterArn}}","maxReceiveCount":{{limit}}}""";
        }

        var queueUrl = (
            await client.CreateQueueAsync(new CreateQueueRequest("login-queue") { Attributes = attributes })
        ).QueueUrl;

        return new Estate(sqs, database, connectionString, client, queueUrl, deadLetterUrl);
    }

    public FetchEtlProcess Start(params string[] arguments) => FetchEtlProcess.Start(Settings, arguments);

    public Task<FetchEtlProcess> RunAsync(params string[] arguments) => FetchEtlProcess.RunAsync(Settings, arguments);

    /// <summary>Runs <c>drain --json</c> and parses its one line.</summary>
    public async Task<JsonElement> DrainAsync()
    {
        await using var drain = await RunAsync("drain", "--json");
        Assert.True(drain.ExitCode == 0, drain.Errors);

        return JsonSerializer.Deserialize<JsonElement>(
            Assert.Single(drain.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
    }

    /// <summary>Sends generated logins to the queue, all of them valid.</summary>
    public Task SendAsync(int count, int seed) =>
        new MessageSender(Client, TimeProvider.System, new Random()).SendAsync(
            QueueUrl, new LoginGenerator(seed).Take(count), static _ => { }, CancellationToken.None);

    public Task<QueueDepth> DepthAsync() => QueueDepth.ReadAsync(Client, QueueUrl, CancellationToken.None);

    public Task<long> RowsAsync() => QueryAsync<long>("SELECT count(*) FROM user_logins");

    /// <summary>Evaluates a condition until it is true.</summary>
    /// <exception cref="OperationCanceledException">It is not true within the given minutes.</exception>
    public static async Task UntilAsync(Func<Task<bool>> isSo, int minutes = 3)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(minutes));
        while (!await isSo())
        {
            await Task.Delay(50, limit.Token);
        }
    }

    /// <summary>
    /// Waits until all messages are settled, and checks that each is one row and none a dead letter.
    /// </summary>
    public async Task AssertAllWrittenOnceAsync(long count)
    {
        await UntilAsync(async () => await RowsAsync() >= count && (await DepthAsync()).Total == 0);

        Assert.Equal(count, await RowsAsync());
        Assert.Equal(count, await QueryAsync<long>("SELECT count(DISTINCT message_id) FROM user_logins"));
        Assert.Equal(0, (await QueueDepth.ReadAsync(Client, DeadLetterUrl, CancellationToken.None)).Total);
    }

    /// <summary>Returns all messages of a queue, and leaves them on it.</summary>
    public async Task<List<Message>> PeekAsync(string queueUrl)
    {
        var messages = new List<Message>();
        while (await Client.ReceiveAsync(queueUrl, visibilitySeconds: 60) is { Count: > 0 } batch)
        {
            messages.AddRange(batch);
        }

        foreach (var batch in messages.Chunk(10))
        {
            await Client.ReturnAsync(queueUrl, batch.Select(x => x.ReceiptHandle));
        }

        return messages;
    }

    public async Task<T> QueryAsync<T>(string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task<List<T>> QueryAllAsync<T>(string sql, Func<NpgsqlDataReader, T> read)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Sqs.DisposeAsync();
        await _database.DisposeAsync();
    }
}
