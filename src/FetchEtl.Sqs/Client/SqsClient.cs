using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Polly;

namespace FetchEtl.Sqs;

/// <summary>
/// A client of the Amazon SQS API, version 2012-11-05, of the operations a queue's consumer needs. Thread-safe; one is
/// meant to serve a whole process.
/// </summary>
/// <remarks>
/// <para>
/// Every call throws <see cref="SqsException"/> when it fails for good or its retries are used up, and
/// <see cref="OperationCanceledException"/> when it is cancelled.
/// </para>
/// <para>
/// The MD5 sums of bodies and attributes are not checked: TLS protects a message on its way, and two hashes a message are
/// a cost worth avoiding.
/// </para>
/// </remarks>
public sealed class SqsClient : IDisposable
{
    /// <summary>The most entries of a batch call, and the most messages of a receive ("Amazon SQS message quotas", SQS Developer Guide).</summary>
    public const int MaxBatchSize = 10;

    private static readonly TimeSpan MaxWaitTime = TimeSpan.FromSeconds(20);

    private readonly HttpMessageInvoker _http;
    private readonly SqsCaller _caller;
    private readonly ResiliencePipeline _retries;

    /// <summary>Makes a client. It connects at its first call.</summary>
    /// <param name="options">Where SQS is and how it is called; read here, later changes have no effect.</param>
    /// <param name="loggerFactory">Where to log; null for nowhere.</param>
    /// <param name="meterFactory">Makes the meter <c>FetchEtl.Sqs</c>; null for one of the client's own.</param>
    /// <param name="timeProvider">The time; null for the system's.</param>
    /// <exception cref="ArgumentException">A setting is out of its range; the message names all that are.</exception>
    /// <exception cref="InvalidOperationException">No region is known, or an environment variable holds no URL.</exception>
    public SqsClient(
        SqsClientOptions options,
        ILoggerFactory? loggerFactory = null,
        IMeterFactory? meterFactory = null,
        TimeProvider? timeProvider = null)
        : this(options, new SqsMetrics(meterFactory), loggerFactory, timeProvider)
    {
    }

    internal SqsClient(
        SqsClientOptions options, SqsMetrics metrics, ILoggerFactory? loggerFactory = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        timeProvider ??= TimeProvider.System;
        var logger = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger<SqsClient>();
        var endpoint = SqsEndpoint.Resolve(options);
        var credentials = new SqsCredentials(options.Credentials, timeProvider);
        var clock = new SigningClock(timeProvider);
        _http = SqsHttp.Create(options, new SigV4Signer(endpoint.Region, "sqs"), credentials, clock);
        var exchange = new SqsExchange(_http, metrics, TimeSpan.FromSeconds(10), timeProvider);
        _caller = new SqsCaller(endpoint, options.Protocol, exchange, credentials, clock, logger);
        _retries = SqsRetries.Create(options, logger, timeProvider);
    }

    /// <summary>The URL of a queue of this account.</summary>
    /// <param name="queueName">The queue's name, 1 to 80 characters, <c>.fifo</c> included.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SqsException"><see cref="SqsErrorCode.QueueDoesNotExist"/>, or another error.</exception>
    public Task<string> GetQueueUrlAsync(string queueName, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(queueName);
        return CallAsync(
            new GetQueueUrlCall(queueName), static (protocol, reply) => protocol.ReadQueueUrl(reply), cancellationToken);
    }

    /// <summary>Creates a queue, or finds the one that has this name and these attributes, and gives its URL.</summary>
    /// <param name="queueName">1 to 80 characters: letters, digits, hyphens, underscores; a FIFO queue's ends with <c>.fifo</c>.</param>
    /// <param name="attributes">Queue attributes by their API names, or null. <c>FifoQueue</c> need not be said: the name says it.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="SqsException"><see cref="SqsErrorCode.QueueNameExists"/>, or another error.</exception>
    public Task<string> CreateQueueAsync(
        string queueName, IReadOnlyDictionary<string, string>? attributes, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(queueName);
        return CallAsync(
            new CreateQueueCall(queueName, SqsQueueName.IsFifo(queueName) ? AsFifo(attributes) : attributes),
            static (protocol, reply) => protocol.ReadQueueUrl(reply),
            cancellationToken);
    }

    /// <summary>Attributes of a queue, by their API names; those that it does not have are left out.</summary>
    /// <param name="queueUrl">The queue's URL.</param>
    /// <param name="names">The names wanted, or <c>All</c>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<IReadOnlyDictionary<string, string>> GetQueueAttributesAsync(
        string queueUrl, IReadOnlyList<string> names, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(queueUrl);
        ArgumentNullException.ThrowIfNull(names);
        return CallAsync(
            new GetQueueAttributesCall(queueUrl, names),
            static (protocol, reply) => protocol.ReadQueueAttributes(reply),
            cancellationToken);
    }

    /// <summary>Sets attributes of a queue. They may take 60 seconds to reach everywhere, a retention period 15 minutes.</summary>
    /// <param name="queueUrl">The queue's URL.</param>
    /// <param name="attributes">The attributes by their API names.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task SetQueueAttributesAsync(
        string queueUrl, IReadOnlyDictionary<string, string> attributes, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(queueUrl);
        ArgumentNullException.ThrowIfNull(attributes);
        return CallAsync(new SetQueueAttributesCall(queueUrl, attributes), static (_, _) => true, cancellationToken);
    }

    /// <summary>Sends a message and gives its id. A retry after a lost reply may send it twice.</summary>
    /// <param name="queueUrl">The queue's URL.</param>
    /// <param name="entry">The message.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<string> SendMessageAsync(string queueUrl, SqsSendEntry entry, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(queueUrl);
        ArgumentNullException.ThrowIfNull(entry);
        return CallAsync(
            new SendMessageCall(queueUrl, entry),
            static (protocol, reply) => protocol.ReadMessageId(reply),
            cancellationToken);
    }

    /// <summary>Sends up to ten messages, together at most 1 MiB. A retry after a lost reply may send them twice.</summary>
    /// <param name="queueUrl">The queue's URL.</param>
    /// <param name="entries">1 to 10 messages.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ArgumentException">There are no entries, or more than ten.</exception>
    public async Task<SqsBatchResult> SendMessageBatchAsync(
        string queueUrl, IReadOnlyList<SqsSendEntry> entries, CancellationToken cancellationToken = default)
    {
        CheckBatch(queueUrl, entries);
        var result = await CallAsync(
            new SendMessageBatchCall(queueUrl, entries),
            static (protocol, reply) => protocol.ReadBatchResult(reply),
            cancellationToken);
        return result.WithoutMessages();
    }

    /// <summary>Receives up to ten messages, with all their attributes; none when none came within the wait time.</summary>
    /// <remarks>
    /// Not tried again after a lost reply: what it held is in flight until its visibility timeout, and asking once more
    /// would only take further messages out of sight.
    /// </remarks>
    /// <param name="queueUrl">The queue's URL.</param>
    /// <param name="request">How many, how long to wait, how long invisible.</param>
    /// <param name="cancellationToken">Cancels the call; messages already on their way stay in flight.</param>
    /// <exception cref="ArgumentOutOfRangeException">The request is outside SQS's limits.</exception>
    public Task<IReadOnlyList<SqsMessage>> ReceiveMessageAsync(
        string queueUrl, SqsReceiveRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(queueUrl);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentOutOfRangeException.ThrowIfLessThan(request.MaxMessages, 1, nameof(request));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(request.MaxMessages, MaxBatchSize, nameof(request));
        ArgumentOutOfRangeException.ThrowIfLessThan(request.WaitTime, TimeSpan.Zero, nameof(request));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(request.WaitTime, MaxWaitTime, nameof(request));
        return CallAsync(
            new ReceiveMessageCall(queueUrl, request),
            static (protocol, reply) => protocol.ReadMessages(reply),
            cancellationToken);
    }

    /// <summary>
    /// Deletes up to ten received messages. Success with a handle that a later receive has replaced may delete nothing
    /// ("DeleteMessage", SQS API Reference).
    /// </summary>
    /// <param name="queueUrl">The queue's URL.</param>
    /// <param name="receiptHandles">1 to 10 handles.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ArgumentException">There are no handles, or more than ten.</exception>
    public Task<SqsBatchResult> DeleteMessageBatchAsync(
        string queueUrl, IReadOnlyList<string> receiptHandles, CancellationToken cancellationToken = default)
    {
        CheckBatch(queueUrl, receiptHandles);
        return CallAsync(
            new DeleteMessageBatchCall(queueUrl, receiptHandles),
            static (protocol, reply) => protocol.ReadBatchResult(reply),
            cancellationToken);
    }

    /// <summary>Sets the visibility timeout of up to ten received messages, counted from now.</summary>
    /// <param name="queueUrl">The queue's URL.</param>
    /// <param name="entries">1 to 10 handles and timeouts.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ArgumentException">There are no entries, or more than ten.</exception>
    public Task<SqsBatchResult> ChangeMessageVisibilityBatchAsync(
        string queueUrl, IReadOnlyList<SqsVisibilityEntry> entries, CancellationToken cancellationToken = default)
    {
        CheckBatch(queueUrl, entries);
        return CallAsync(
            new ChangeMessageVisibilityBatchCall(queueUrl, entries),
            static (protocol, reply) => protocol.ReadBatchResult(reply),
            cancellationToken);
    }

    /// <summary>Closes the client's connections; calls under way fail.</summary>
    public void Dispose() => _http.Dispose();

    private static void CheckBatch<T>(string queueUrl, IReadOnlyList<T> entries)
    {
        ArgumentException.ThrowIfNullOrEmpty(queueUrl);
        ArgumentNullException.ThrowIfNull(entries);
        if (entries.Count is 0 or > MaxBatchSize)
        {
            throw new ArgumentException($"A batch call takes 1 to {MaxBatchSize} entries, not {entries.Count}.", nameof(entries));
        }
    }

    private async Task<T> CallAsync<T>(
        SqsRequest request, Func<ISqsProtocol, ReadOnlyMemory<byte>, T> read, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(request.Operation, cancellationToken);
        try
        {
            return await _retries.ExecuteAsync(
                static (attempt, state) => new ValueTask<T>(
                    state._caller.CallAsync(state.request, state.read, attempt.CancellationToken)),
                context,
                (_caller, request, read));
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static Dictionary<string, string> AsFifo(IReadOnlyDictionary<string, string>? attributes) =>
        new(attributes ?? new Dictionary<string, string>(), StringComparer.Ordinal) { ["FifoQueue"] = "true" };
}
