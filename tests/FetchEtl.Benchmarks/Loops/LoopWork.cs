using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;
using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Service;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FetchEtl.Benchmarks;

/// <summary>
/// The steps of the loops: calls of the AWS SDK's plain <c>AmazonSQSClient</c>, which <c>new</c> creates without the
/// service's settings, and the service's masking and INSERT.
/// </summary>
internal sealed class LoopWork : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly AmazonSQSClient _client;
    private readonly IPiiMasker _masker;
    private readonly MessageIdKey _ids;
    private readonly LoginDataSource _source;
    private readonly string _queueUrl;
    private long _receives;
    private long _deletes;
    private int _statements;
    private int _rows;
    private long _lastCommitAt;

    private LoopWork(ServiceProvider services, AmazonSQSClient client, string queueUrl)
    {
        _services = services;
        _client = client;
        _queueUrl = queueUrl;
        _masker = services.GetRequiredService<IPiiMasker>();
        _ids = new MessageIdKey(services.GetRequiredService<IOptions<LoginsOptions>>().Value.Masking);
        _source = services.GetRequiredService<LoginDataSource>();
    }

    /// <summary>Creates the steps from the environment variables of <c>fetch-etl drain</c>.</summary>
    public static async Task<LoopWork> CreateAsync(CancellationToken cancellationToken)
    {
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        var services = new ServiceCollection().AddLogins(configuration).BuildServiceProvider();
        var client = new AmazonSQSClient(
            new BasicAWSCredentials("local", "local"),
            new AmazonSQSConfig
            {
                ServiceURL = configuration["Sqs:ServiceUrl"],
                AuthenticationRegion = configuration["Sqs:Region"],
            });
        var work = new LoopWork(services, client, await client.QueueUrlAsync("login-queue", cancellationToken));

        // drain runs the same query before its clock starts.
        await using var command = work._source.Source.CreateCommand("SELECT message_id FROM user_logins LIMIT 1");
        await command.ExecuteScalarAsync(cancellationToken);
        return work;
    }

    /// <summary>Runs a loop and measures the time from its first step to its last committed row.</summary>
    /// <returns>The summary. Its SQS calls do not include the SDK's retries.</returns>
    public async Task<DrainSummary> MeasureAsync(
        Func<LoopWork, int, CancellationToken, Task> loop, int messages, CancellationToken cancellationToken)
    {
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
            new SortedDictionary<string, long>(StringComparer.Ordinal)
            {
                ["DeleteMessageBatch"] = _deletes,
                ["ReceiveMessage"] = _receives,
            });
    }

    /// <summary>Receives up to <paramref name="max"/> messages with the one attribute that the rows need.</summary>
    public async Task<List<Message>> ReceiveAsync(int max, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _receives);
        var response = await _client.ReceiveMessageAsync(
            new ReceiveMessageRequest(_queueUrl)
            {
                MaxNumberOfMessages = max,
                WaitTimeSeconds = 1,
                MessageSystemAttributeNames = [MessageSystemAttributeName.SentTimestamp],
            },
            cancellationToken);
        return response.Messages ?? [];
    }

    /// <summary>Inserts the rows of the messages in one statement and commits it.</summary>
    public async Task InsertAsync(List<Message> messages, CancellationToken cancellationToken)
    {
        await using var session = _source.Create();
        Interlocked.Add(ref _rows, await session.InsertAsync(messages.ConvertAll(ToRow), cancellationToken));
        Interlocked.Increment(ref _statements);
        Volatile.Write(ref _lastCommitAt, Stopwatch.GetTimestamp());
    }

    /// <summary>Deletes up to ten messages.</summary>
    /// <exception cref="MeasurementException">SQS did not delete all of them.</exception>
    public Task DeleteAsync(IReadOnlyList<string> handles, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _deletes);
        return _client.DeleteAsync(_queueUrl, handles, cancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return _services.DisposeAsync();
    }

    private UserLogin ToRow(Message message)
    {
        var sent = long.Parse(
            message.Attributes[MessageSystemAttributeName.SentTimestamp], CultureInfo.InvariantCulture);
        return BareMapping.ToRow(
            JsonSerializer.Deserialize<LoginMessage>(message.Body)!,
            _masker,
            DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(sent).UtcDateTime),
            _ids.Of(Guid.Parse(message.MessageId)));
    }
}
