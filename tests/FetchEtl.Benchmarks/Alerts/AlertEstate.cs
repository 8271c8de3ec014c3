using System.Net;
using System.Net.Sockets;
using Amazon.SQS;
using FetchEtl.Local;
using FetchEtl.Migrations;
using FetchEtl.Service;
using FetchEtl.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace FetchEtl.Benchmarks;

/// <summary>
/// An SQS, a PostgreSQL and the service's own host in this process. Queue and service have a fast clock; PostgreSQL has
/// the system's.
/// </summary>
internal sealed class AlertEstate : IAsyncDisposable
{
    public const string Queue = "login-queue";
    public const string DeadLetterQueue = "login-queue-dead";
    public const string RefusedLocale = "XX";

    private readonly FastClock _clock;
    private readonly FastClock _queueClock;
    private readonly LocalPostgres _postgres;
    private readonly LocalSqs _sqs;
    private readonly IAmazonSQS _client;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(1) };
    private readonly int _port = FreePort();
    private IHost? _host;

    private AlertEstate(FastClock clock, FastClock queueClock, LocalPostgres postgres, LocalSqs sqs, string queueUrl)
    {
        (_clock, _queueClock, _postgres, _sqs) = (clock, queueClock, postgres, sqs);
        _client = SqsCalls.Connect(sqs.ServiceUrl);
        Load = new AlertLoad(_client, queueUrl, clock);
    }

    public AlertLoad Load { get; }

    public static async Task<AlertEstate> StartAsync(FastClock clock, int factor)
    {
        var queueClock = new FastClock(factor);
        var postgres = await LocalPostgres.StartAsync();
        await LoginMigrations.MigrateAsync(postgres.ConnectionString, CancellationToken.None);
        var sqs = await LocalSqs.StartAsync(new LocalSqsOptions { TimeProvider = queueClock });
        using var client = SqsCalls.Connect(sqs.ServiceUrl);
        await client.CreateQueueAsync(DeadLetterQueue);
        var queue = await client.CreateQueueAsync(Queue);
        var estate = new AlertEstate(clock, queueClock, postgres, sqs, queue.QueueUrl);
        await estate.StartServiceAsync();
        return estate;
    }

    /// <summary>Scrapes <c>/metrics</c>; null where nothing answers.</summary>
    public async Task<string?> ScrapeAsync()
    {
        try
        {
            return await _http.GetStringAsync(new Uri($"http://127.0.0.1:{_port}/metrics"));
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }

    public async Task StartServiceAsync()
    {
        var builder = ServiceHost.CreateRun([], new Dictionary<string, string?>
        {
            ["Sqs:ServiceUrl"] = _sqs.ServiceUrl.ToString(),
            // Fewer than an outage gathers, so that the queue shows what waits.
            ["Sqs:PrefetchCount"] = "100",
            ["ConnectionStrings:Logins"] = _postgres.ConnectionString,
            ["Masking:Keys:0"] = TestKeys.First,
            ["Service:Urls"] = $"http://127.0.0.1:{_port}",
            ["Logging:LogLevel:Default"] = "None",
            ["Logging:LogLevel:FetchEtl"] = "None",
        });
        builder.Services.AddSingleton<TimeProvider>(_clock);
        _host = builder.BuildValidated();
        await _host.StartAsync();
    }

    public async Task StopServiceAsync()
    {
        if (_host is { } host)
        {
            _host = null;
            await host.StopAsync();
            await ((IAsyncDisposable)host).DisposeAsync();
        }
    }

    public Task StopDatabaseAsync() => _postgres.StopServerAsync(PostgresStop.Immediate);

    public Task StartDatabaseAsync() => _postgres.StartServerAsync();

    /// <summary>A statement of the data team, as PostgreSQL's superuser.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_postgres.ConnectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Makes SQS refuse an operation on one queue; null ends that.</summary>
    public void Refuse(string? operation, string queue = Queue, string code = "AccessDenied") =>
        _sqs.Faults = operation is null
            ? null
            : new SqsFaultPlan
            {
                Rules = [new() { Kind = SqsFaultKind.Error, Operation = operation, QueueName = queue, Code = code }],
            };

    /// <summary>
    /// Sets the queue's clock back, so that messages which are sent now look old when they are received.
    /// </summary>
    public void SetQueueClockBack(TimeSpan by) => _queueClock.Offset = -by;

    public async Task PurgeDeadLettersAsync() =>
        await _client.PurgeQueueAsync(await _client.QueueUrlAsync(DeadLetterQueue));

    public async ValueTask DisposeAsync()
    {
        await Load.DisposeAsync();
        await StopServiceAsync();
        _http.Dispose();
        _client.Dispose();
        await _sqs.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
