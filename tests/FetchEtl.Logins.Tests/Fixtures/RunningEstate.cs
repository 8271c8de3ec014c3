using System.Globalization;
using Amazon.Runtime;
using Amazon.SQS;
using FetchEtl.Local;
using FetchEtl.Testing;
using MassTransit;
using Npgsql;

namespace FetchEtl.Logins.Tests;

/// <summary>
/// The sample's application as a process, with a RabbitMQ, an SQS and an empty database of its own. It is started
/// before its tables exist.
/// </summary>
public sealed class RunningEstate : IAsyncLifetime
{
    private const string Queue = "login-queue";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>The folder of this build below the project's, as in bin/Debug/net10.0.</summary>
    private static readonly string Output = Path.GetRelativePath(
        Path.Combine(RepositoryRoot.Folder, "tests/FetchEtl.Logins.Tests"), AppContext.BaseDirectory);

    private static readonly string Assembly =
        Path.Combine(RepositoryRoot.Folder, "samples/ExistingEstate", Output, "ExistingEstate.dll");

    private PostgresDatabase _database = null!;
    private NpgsqlDataSource _tables = null!;
    private RabbitMq _broker = null!;
    private LocalSqs _sqs = null!;
    private FetchEtlProcess _process = null!;
    private IBusControl _bus = null!;

    /// <summary>The queue of logins on RabbitMQ.</summary>
    internal ISendEndpoint Logins { get; private set; } = null!;

    /// <summary>The queue of the estate's own consumer.</summary>
    internal ISendEndpoint Orders { get; private set; } = null!;

    /// <summary>The queue of logins on SQS.</summary>
    internal IAmazonSQS Sqs { get; private set; } = null!;

    internal string QueueUrl { get; private set; } = null!;

    internal Uri Broker => _broker.Address;

    internal string Log => _process.Output;

    public async Task InitializeAsync()
    {
        if (!RabbitMq.IsInstalled)
        {
            return;
        }

        var broker = RabbitMq.StartAsync();
        _database = await PostgresDatabase.CreateAsync();
        _tables = NpgsqlDataSource.Create(_database.ConnectionString);
        _sqs = await LocalSqs.StartAsync();
        Sqs = new AmazonSQSClient(
            new AnonymousAWSCredentials(), new AmazonSQSConfig { ServiceURL = _sqs.ServiceUrl.ToString() });
        QueueUrl = (await Sqs.CreateQueueAsync(Queue)).QueueUrl;
        await Sqs.CreateQueueAsync($"{Queue}-dead");
        _broker = await broker;
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__RabbitMq"] = _broker.Address.ToString(),
            ["ConnectionStrings__Shop"] = _database.ConnectionString,
            ["FetchEtl__Masking__Keys__0"] = TestKeys.First,
            ["AWS_ENDPOINT_URL_SQS"] = _sqs.ServiceUrl.ToString(),
            ["AWS_REGION"] = "us-east-1",
            ["AWS_ACCESS_KEY_ID"] = "test",
            ["AWS_SECRET_ACCESS_KEY"] = "test",
        };
        _process = FetchEtlProcess.StartAssembly(Assembly, settings, listener: null);
        await _process.WaitForLineAsync(line => line.Contains("(42P01)", StringComparison.Ordinal)
            && line.Contains("fetch-etl migrate", StringComparison.Ordinal));
        await using var migration = FetchEtlProcess.StartAssembly(Assembly, settings, listener: null, "migrate");
        await migration.WaitAsync();
        await _process.WaitForLineAsync(
            line => line.Contains("PostgreSQL commits logins again", StringComparison.Ordinal));
        _bus = Bus.Factory.CreateUsingRabbitMq(x => x.Host(Broker));
        await _bus.StartAsync();
        Logins = await _bus.GetSendEndpoint(new Uri("queue:logins"));
        Orders = await _bus.GetSendEndpoint(new Uri("queue:orders"));
    }

    public async Task DisposeAsync()
    {
        if (!RabbitMq.IsInstalled)
        {
            return;
        }

        await _bus.StopAsync();
        await _process.DisposeAsync();
        Sqs.Dispose();
        await _sqs.DisposeAsync();
        await _broker.DisposeAsync();
        await _tables.DisposeAsync();
        await _database.DisposeAsync();
    }

    internal Task RestartBrokerAsync() => _broker.RestartAsync();

    /// <summary>Waits until a query returns a number.</summary>
    internal async Task UntilAsync(long expected, string sql)
    {
        for (var left = Limit; await CountAsync(sql) < expected; left -= Pause)
        {
            Assert.True(left > TimeSpan.Zero, $"{await CountAsync(sql)} of {expected}\n{Log}");
            await Task.Delay(Pause);
        }
    }

    internal async Task<long> CountAsync(string sql)
    {
        await using var command = _tables.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }
}
