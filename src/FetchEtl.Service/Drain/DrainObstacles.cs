using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Runtime.Serialization;
using System.Text.Json;
using FetchEtl.Logins;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace FetchEtl.Service;

/// <summary>
/// What keeps messages on the queue, as the drain itself sees it: the health of the writer and of the endpoint, and the
/// faults of messages. No text of these quotes a message.
/// </summary>
internal sealed class DrainObstacles : IReceiveObserver
{
    private readonly ConcurrentDictionary<string, int> _faults = new(StringComparer.Ordinal);
    private readonly IServiceProvider _services;
    private int _invalid;

    private DrainObstacles(IServiceProvider services) => _services = services;

    /// <summary>Watches a consumer host that is not started yet.</summary>
    /// <param name="services">The host's services.</param>
    public static DrainObstacles Watch(IServiceProvider services)
    {
        var obstacles = new DrainObstacles(services);
        services.GetRequiredService<IBusControl>().ConnectReceiveObserver(obstacles);
        return obstacles;
    }

    /// <summary>Describes what stands in the way now, and why messages failed so far.</summary>
    /// <param name="deadLettered">The messages that the dead-letter queue accepted.</param>
    /// <param name="deadLetterQueue">The dead-letter queue's name.</param>
    /// <param name="inFlight">The messages that are in progress here.</param>
    public async Task<IReadOnlyList<string>> DescribeAsync(long deadLettered, string deadLetterQueue, long inFlight)
    {
        var obstacles = new List<string>();
        List<HealthCheckLine> health =
            [.. await Readiness.ReadChecksAsync(_services), .. Readiness.ReadEndpoints(_services)];
        obstacles.AddRange(health.Where(check => !check.IsHealthy).Select(check => check.Reason));
        if (_invalid > deadLettered)
        {
            obstacles.Add(
                $"{deadLetterQueue} did not accept {_invalid - deadLettered} dead letters: check that the queue exists "
                + "and that sqs:SendMessage on it is granted. Log line 1136 holds SQS's answer");
        }

        obstacles.AddRange(_faults
            .OrderByDescending(fault => fault.Value)
            .Select(fault => $"{fault.Value} attempts failed: {fault.Key}"));
        if (obstacles.Count == 0 && inFlight > 0)
        {
            obstacles.Add($"{inFlight} messages were still in progress here: PostgreSQL had not taken their rows yet");
        }

        return obstacles;
    }

    public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

    public Task PostReceive(ReceiveContext context) => Task.CompletedTask;

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class => Task.CompletedTask;

    public Task ConsumeFault<T>(
        ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class => Task.CompletedTask;

    public Task ReceiveFault(ReceiveContext context, Exception exception)
    {
        switch (exception)
        {
            case ValidationException or SerializationException or JsonException:
                Interlocked.Increment(ref _invalid);
                break;

            // The drain stops.
            case OperationCanceledException or LoginWriterStoppedException:
                break;

            // Its text consists of the SQLSTATE and the remedy.
            case LoginDeferredException deferred:
                Count(deferred.Message);
                break;
            default:
                Count(exception.GetType().Name);
                break;
        }

        return Task.CompletedTask;
    }

    private void Count(string fault) => _faults.AddOrUpdate(fault, 1, static (_, count) => count + 1);
}
