using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Amazon.SQS;
using Amazon.SQS.Model;
using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Service;
using FetchEtl.Sqs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FetchEtl.Benchmarks;

/// <summary>The steps that the loops are made of: the service's own client, masking and INSERT, and nothing around them.</summary>
internal sealed class LoopWork : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly IAmazonSQS _client;
    private readonly IPiiMasker _masker;
    private readonly IDbContextFactory<LoginDbContext> _contexts;
    private readonly string _queueUrl;
    private int _statements;
    private int _rows;
    private long _lastCommitAt;

    private LoopWork(ServiceProvider services, IAmazonSQS client, string queueUrl)
    {
        _services = services;
        _client = client;
        _queueUrl = queueUrl;
        _masker = services.GetRequiredService<IPiiMasker>();
        _contexts = services.GetRequiredService<IDbContextFactory<LoginDbContext>>();
    }

    /// <summary>From the environment that <c>fetch-etl drain</c> would have.</summary>
    public static async Task<LoopWork> CreateAsync(CancellationToken cancellationToken)
    {
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        var services = new ServiceCollection()
            .AddLogins(configuration)
            .AddSqsClient((_, options) =>
            {
                options.ServiceUrl = configuration.GetValue<Uri>("Sqs:ServiceUrl");
                options.Region = configuration["Sqs:Region"];
                options.Credentials = new Amazon.Runtime.BasicAWSCredentials("local", "local");
            })
            .BuildServiceProvider();
        var client = services.GetRequiredService<IAmazonSQS>();
        var work = new LoopWork(services, client, await client.QueueUrlAsync("login-queue", cancellationToken));

        // As drain does before its clock starts.
        await using var context = await work._contexts.CreateDbContextAsync(cancellationToken);
        _ = await context.UserLogins.Select(x => x.MessageId).FirstOrDefaultAsync(cancellationToken);
        return work;
    }

    /// <summary>Times a loop from its first step to its last row committed.</summary>
    public async Task<DrainSummary> MeasureAsync(
        Func<LoopWork, int, CancellationToken, Task> loop, int messages, CancellationToken cancellationToken)
    {
        var metrics = new DrainMetrics(_services.GetRequiredService<SqsMetrics>(), _services.GetRequiredService<LoginMetrics>());
        var started = Stopwatch.GetTimestamp();
        await loop(this, messages, cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(started, _lastCommitAt);
        return new DrainSummary(
            Received: _rows,
            Written: _rows,
            Duplicates: 0,
            DeadLettered: 0,
            Returned: 0,
            _statements,
            elapsed.TotalSeconds,
            _rows / elapsed.TotalSeconds,
            metrics.ApiCallsByOperation());
    }

    public Task<List<Message>> ReceiveAsync(int max, CancellationToken cancellationToken) =>
        _client.ReceiveAsync(_queueUrl, waitSeconds: 1, max: max, cancellationToken: cancellationToken);

    public async Task InsertAsync(List<Message> messages, CancellationToken cancellationToken)
    {
        await using var context = await _contexts.CreateDbContextAsync(cancellationToken);
        Interlocked.Add(ref _rows, await context.InsertAsync(messages.ConvertAll(ToRow), cancellationToken));
        Interlocked.Increment(ref _statements);
        Volatile.Write(ref _lastCommitAt, Stopwatch.GetTimestamp());
    }

    /// <exception cref="MeasurementException">SQS did not delete all of them.</exception>
    public Task DeleteAsync(IReadOnlyList<string> handles, CancellationToken cancellationToken) =>
        _client.DeleteAsync(_queueUrl, handles, cancellationToken);

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private UserLogin ToRow(Message message) => BareMapping.ToRow(
        JsonSerializer.Deserialize<LoginMessage>(message.Body)!,
        _masker,
        DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(
            long.Parse(message.Attributes[MessageSystemAttributeName.SentTimestamp], CultureInfo.InvariantCulture)).UtcDateTime),
        Guid.Parse(message.MessageId));
}
