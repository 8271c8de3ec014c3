using FetchEtl.Logins;
using FetchEtl.Sqs;
using MassTransit;
using MassTransit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

/// <summary>
/// Whether messages can go from the queue into the table now, and invalid ones to the dead-letter queue: the health of
/// the writer, of the receive endpoint, of the dead letters and of the bus. No text of it quotes a message. It calls
/// neither SQS nor PostgreSQL.
/// </summary>
internal sealed class Readiness(IServiceProvider services, IHostApplicationLifetime lifetime)
{
    private const string MassTransit = "masstransit";
    private const string ReceiveEndpoint = "receive-endpoint";

    /// <summary>Describes the service as a whole.</summary>
    public async Task<HealthReport> ReadAsync()
    {
        List<HealthCheckLine> checks =
        [
            .. await ReadChecksAsync(services),
            .. ReadEndpoints(services),
            DeadLetters(services.GetRequiredService<SqsMetrics>().DeadLetterProblems),
            ReadBus(services),
        ];
        var status = lifetime switch
        {
            { ApplicationStopping.IsCancellationRequested: true } => "stopping",
            { ApplicationStarted.IsCancellationRequested: false } => "starting",
            _ when checks.Exists(check => check.Status == "unhealthy") => "unready",
            _ => checks.TrueForAll(check => check.IsHealthy) ? "ready" : "degraded",
        };
        return new HealthReport(status, checks);
    }

    /// <summary>The registered checks, the writer's among them; the bus has a line of its own.</summary>
    /// <remarks>Not by the health service, which would log each failure again.</remarks>
    public static async Task<IReadOnlyList<HealthCheckLine>> ReadChecksAsync(IServiceProvider services)
    {
        var lines = new List<HealthCheckLine>();
        foreach (var check in services.GetRequiredService<IOptions<HealthCheckServiceOptions>>().Value.Registrations
            .Where(check => !check.Tags.Contains(MassTransit)))
        {
            var health = await check.Factory(services)
                .CheckHealthAsync(new HealthCheckContext { Registration = check }, CancellationToken.None);
            lines.Add(new(check.Name, Name(health.Status), health.Description ?? check.Name));
        }

        return lines;
    }

    /// <summary>The receive endpoint of the queue.</summary>
    public static IReadOnlyList<HealthCheckLine> ReadEndpoints(IServiceProvider services)
    {
        try
        {
            return
            [
                .. services.GetRequiredService<IBusInstance>().GetRider<ISqsRider>().CheckEndpointHealth()
                    .Select(endpoint => new HealthCheckLine(
                        ReceiveEndpoint,
                        Name(endpoint.Status),
                        endpoint.Status == BusHealthStatus.Healthy
                            ? Receiving(services)
                            : endpoint.Exception?.Message ?? endpoint.Description ?? "the receive endpoint failed")),
            ];
        }
        catch (ConfigurationException)
        {
            // MassTransit knows a rider only between its start and its stop.
            return [new(ReceiveEndpoint, "unhealthy", "The endpoint is not started.")];
        }
    }

    /// <summary>Whether the dead-letter queue takes invalid messages; the others go on meanwhile.</summary>
    /// <param name="problems">Why dead-letter queues reject dead letters, by the queue's name.</param>
    internal static HealthCheckLine DeadLetters(IReadOnlyDictionary<string, string> problems) => problems.Count == 0
        ? new("dead-letters", "healthy", "The dead-letter queue rejected no dead letter since it last accepted one.")
        : new(
            "dead-letters",
            "degraded",
            string.Join(' ', problems.Select(problem =>
                $"{problem.Key} rejects dead letters: {problem.Value.TrimEnd('.')}. Invalid messages go back to their "
                + "queue until it accepts them. Remedy: check that the queue exists and that sqs:SendMessage on it is "
                + "granted.")));

    private static string Receiving(IServiceProvider services) =>
        services.GetRequiredService<LoginWriter>().WaitForOutageEndAsync().IsCompleted
            ? "The endpoint receives messages."
            : "The endpoint can receive, and waits until the writer commits again.";

    private static HealthCheckLine ReadBus(IServiceProvider services)
    {
        var bus = services.GetRequiredService<IBusControl>().CheckHealth();
        return new(
            "bus",
            Name(bus.Status),
            bus.Status == BusHealthStatus.Healthy ? "The bus runs." : bus.Description ?? "The bus does not run.");
    }

    private static string Name(HealthStatus status) => status.ToString().ToLowerInvariant();

    private static string Name(BusHealthStatus status) => status.ToString().ToLowerInvariant();
}
