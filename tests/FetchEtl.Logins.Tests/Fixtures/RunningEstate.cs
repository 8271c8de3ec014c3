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

    /// <summary>Longer than ten thousand messages take, or a process that starts.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>The folder of this build below the project's, as in bin/Debug/net10.0.</summary>
    private static readonly string Output = Path.GetRelativePath(
        Path.Combine(RepositoryRoot.Folder, "tests/FetchEtl.Logins.Tests"), AppContext.BaseDirectory);

    private static readonly string Assembly =
        Path.Combine(RepositoryRoot.Folder, "samples/ExistingEstate", Output, "ExistingEstate.dll");

    /// <summary>What was started, so that a start that fails leaves nothing behind.</summary>
    private readonly Stack<Func<ValueTask>> _ends = new();

    private NpgsqlDataSource _tables = null!;
    private RabbitMq _broker = null!;
    private FetchEtlProcess _process = null!;

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

        _broker = await RabbitMq.StartAsync();
        _ends.Push(_broker.DisposeAsync);
        var database = await PostgresDatabase.CreateAsync();
        _ends.Push(database.DisposeAsync);
        _tables = NpgsqlDataSource.Create(database.ConnectionString);
        _ends.Push(_tables.DisposeAsync);
        var sqs = await LocalSqs.StartAsync();
        _ends.Push(sqs.DisposeAsync);
        Sqs = new AmazonSQSClient(
            new AnonymousAWSCredentials(), new AmazonSQSConfig { ServiceURL = sqs.ServiceUrl.ToString() });
        QueueUrl = (await Sqs.CreateQueueAsync(Queue)).QueueUrl;
        await Sqs.CreateQueueAsync($"{Queue}-dead");
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__RabbitMq"] = _broker.Address.ToString(),
            ["ConnectionStrings__Shop"] = database.ConnectionString,
            ["FetchEtl__Masking__Keys__0"] = TestKeys.First,
            ["AWS_ENDPOINT_URL_SQS"] = sqs.ServiceUrl.ToString(),
            ["AWS_REGION"] = "us-east-1",
            ["AWS_ACCESS_KEY_ID"] = "test",
            ["AWS_SECRET_ACCESS_KEY"] = "test",
        };
        _process = FetchEtlProcess.StartAssembly(Assembly, settings, listener: null);
        _ends.Push(_process.DisposeAsync);
        await _process.WaitForLineAsync(line => line.Contains("(42P01)", StringComparison.Ordinal)
            && line.Contains("fetch-etl migrate", StringComparison.Ordinal));
        await using var migration = FetchEtlProcess.StartAssembly(Assembly, settings, listener: null, "migrate");
        await migration.WaitAsync();
        await _process.WaitForLineAsync(
            line => line.Contains("PostgreSQL commits logins again", StringComparison.Ordinal));
        var bus = Bus.Factory.CreateUsingRabbitMq(x => x.Host(Broker));
        await bus.StartAsync();
        _ends.Push(() => new ValueTask(bus.StopAsync()));
        Logins = await bus.GetSendEndpoint(new Uri("queue:logins"));
        Orders = await bus.GetSendEndpoint(new Uri("queue:orders"));
    }

    public async Task DisposeAsync()
    {
        while (_ends.TryPop(out var end))
        {
            await end();
        }
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
