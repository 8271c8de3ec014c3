using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;
using FetchEtl.Logins;
using FetchEtl.Sqs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

/// <summary>Runs a consumer host until its queue is empty.</summary>
/// <param name="host">The host, not started yet.</param>
/// <param name="progress">Gets a report after each look at the queue.</param>
/// <param name="obstacles">Watches the host.</param>
/// <param name="patience">
/// How long to go on without a message settled; null for two visibility timeouts, at least a minute.
/// </param>
internal sealed class Drainer(
    IHost host,
    IProgress<WorkProgress>? progress = null,
    DrainObstacles? obstacles = null,
    TimeSpan? patience = null)
{
    private readonly TimeProvider _time = host.Services.GetRequiredService<TimeProvider>();
    private readonly SqsSettings _settings = host.Services.GetRequiredService<IOptions<SqsSettings>>().Value;
    private readonly IAmazonSQS _client = host.Services.GetRequiredService<IAmazonSQS>();

    /// <summary>
    /// Runs until the queue is empty, or until no message was settled for two visibility timeouts: then something keeps
    /// the messages that are left. Cancellation ends the run as well.
    /// </summary>
    public async Task<DrainResult> RunAsync(CancellationToken cancellationToken)
    {
        var metrics = new DrainMetrics(
            host.Services.GetRequiredService<SqsMetrics>(), host.Services.GetRequiredService<LoginMetrics>());
        var queueUrl = await RequireSqsAsync(cancellationToken);
        var started = _time.GetTimestamp();
        var isEmpty = false;
        IReadOnlyList<string> standing = [];
        try
        {
            await host.StartAsync(cancellationToken);
            queueUrl ??= (await _client.GetQueueUrlAsync(_settings.QueueName, cancellationToken)).QueueUrl;
            isEmpty = await WaitUntilEmptyAsync(metrics, queueUrl, cancellationToken);
            if (!isEmpty && obstacles is not null)
            {
                standing = await obstacles.DescribeAsync(
                    metrics.DeadLettered, _settings.DeadLetterQueue, metrics.Counters.InFlight);
            }
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested && Verb.IsStop(exception))
        {
            // The user stopped the drain while it started. Messages may have moved, so the summary follows.
        }
        finally
        {
            await host.StopAsync(CancellationToken.None);
        }

        // A message that a last receive brought during the stop went back to the queue.
        isEmpty = isEmpty && DrainLoop.ShowsEmpty(metrics.Counters, receives: 1);
        return new DrainResult(
            Summarize(metrics, started),
            queueUrl is null ? null : await TryReadDepthAsync(queueUrl, CancellationToken.None),
            isEmpty)
        {
            Obstacles = standing,
        };
    }

    /// <summary>
    /// Fails when SQS cannot be reached, or does not count the queue's messages. <c>run</c> waits in that case, but a
    /// drain reports it.
    /// </summary>
    /// <returns>The queue's URL; null where it does not exist yet.</returns>
    private async Task<string?> RequireSqsAsync(CancellationToken cancellationToken)
    {
        try
        {
            var url = await _client.FindQueueAsync(_settings.QueueName, cancellationToken);
            await QueueDepth.ReadAsync(_client, url, cancellationToken);
            return url;
        }
        catch (QueueDoesNotExistException)
        {
            // The endpoint creates it, or reports that it is missing.
            return null;
        }
    }

    private async Task<bool> WaitUntilEmptyAsync(
        DrainMetrics metrics, string queueUrl, CancellationToken cancellationToken)
    {
        var loop = new DrainLoop(
            _time,
            () => metrics.Counters,
            async token => (await TryReadDepthAsync(queueUrl, token))?.Total,
            patience ?? TimeSpan.FromSeconds(Math.Max(60, 2 * _settings.VisibilityTimeoutSeconds)),
            progress);
        try
        {
            return await loop.RunAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The user stopped the drain. The summary reports the work so far.
            return false;
        }
    }

    /// <summary>Reads how many messages are left; null when SQS does not answer.</summary>
    private async Task<QueueDepth?> TryReadDepthAsync(string queueUrl, CancellationToken cancellationToken)
    {
        try
        {
            return await QueueDepth.ReadAsync(_client, queueUrl, cancellationToken);
        }
        catch (Exception exception)
            when (!cancellationToken.IsCancellationRequested && exception is AmazonServiceException
                or AmazonClientException or HttpRequestException or IOException or TimeoutException)
        {
            return null;
        }
    }

    private DrainSummary Summarize(DrainMetrics metrics, long started)
    {
        var elapsed = _time.GetElapsedTime(started, metrics.LastSettledAt ?? started);

        return new DrainSummary(
            metrics.Received,
            metrics.Written,
            metrics.Duplicates,
            metrics.DeadLettered,
            metrics.Returned,
            metrics.Statements,
            Math.Round(elapsed.TotalSeconds, 3),
            elapsed > TimeSpan.Zero ? Math.Round(metrics.Settled / elapsed.TotalSeconds, 1) : 0,
            metrics.ApiCallsByOperation());
    }
}
