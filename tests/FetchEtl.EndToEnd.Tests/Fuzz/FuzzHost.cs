using System.Text;
using Amazon.SQS.Model;
using FetchEtl.Benchmarks;
using FetchEtl.Logins;
using FetchEtl.Service;
using FetchEtl.Sqs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// The service as <c>run</c> composes it, in this process, so that a test can check its memory and every log line.
/// </summary>
internal sealed class FuzzHost : IAsyncDisposable
{
    private readonly Estate _estate;
    private readonly IHost _host;
    private readonly DrainMetrics _metrics;

    private FuzzHost(Estate estate, IHost host, CanaryWatch canaries)
    {
        (_estate, _host, Canaries) = (estate, host, canaries);
        _metrics = new(
            host.Services.GetRequiredService<SqsMetrics>(),
            host.Services.GetRequiredService<LoginMetrics>());
    }

    /// <summary>Checks every log line.</summary>
    public CanaryWatch Canaries { get; }

    public static async Task<FuzzHost> StartAsync(Estate estate)
    {
        var canaries = new CanaryWatch();
        TraceLogging.AddTo(estate.Settings);
        var builder = ServiceHost.CreateConsumer([
            .. estate.Settings.Select(x => $"--{x.Key.Replace("__", ":", StringComparison.Ordinal)}={x.Value}"),
        ]);
        builder.Logging.ClearProviders().AddProvider(new CanaryLogs(canaries));
        var host = builder.BuildValidated();
        var fuzz = new FuzzHost(estate, host, canaries);
        await host.StartAsync();

        return fuzz;
    }

    /// <summary>Sends the bodies and waits until each is written or dead-lettered.</summary>
    public async Task MoveAsync(IReadOnlyCollection<FuzzBody> bodies)
    {
        var target = _metrics.Settled + bodies.Count;
        await Parallel.ForEachAsync(
            bodies.Chunk(10),
            async (batch, cancellation) =>
            {
                await _estate.Client.SendAsync(
                    _estate.QueueUrl,
                    Array.ConvertAll(batch, x => Encoding.UTF8.GetString(x.Bytes)),
                    cancellationToken: cancellation);
            });
        await WaitUntilSettledAsync(target);
    }

    /// <summary>
    /// Waits until so many messages are written or dead-lettered and the queue is empty, for at most two minutes.
    /// </summary>
    public async Task WaitUntilSettledAsync(long count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (
            _metrics.Settled < count
            || (await QueueDepth.ReadAsync(_estate.Client, _estate.QueueUrl, limit.Token)).Total > 0)
        {
            await Task.Delay(20, limit.Token);
        }

        Assert.Equal(count, _metrics.Settled);
        Assert.Equal((0, 0), (_metrics.Returned, _metrics.Duplicates));
    }

    /// <summary>Receives and deletes all dead letters.</summary>
    public async Task<List<Message>> TakeDeadLettersAsync()
    {
        var letters = new List<Message>();
        while (await _estate.Client.ReceiveAsync(_estate.DeadLetterUrl) is { Count: > 0 } batch)
        {
            letters.AddRange(batch);
            await _estate.Client.DeleteAsync(_estate.DeadLetterUrl, batch.Select(x => x.ReceiptHandle));
        }

        return letters;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
