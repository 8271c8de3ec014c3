using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FetchEtl.Logins;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Service.Tests;

/// <summary>The end of a process whose collector accepts connections and never answers.</summary>
public sealed class TelemetryStopTests
{
    /// <summary>Three signals of 5 s each are what OpenTelemetry waits by itself.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_collector_that_never_answers_delays_the_end_by_three_seconds_and_not_by_fifteen()
    {
        using var silent = new TcpListener(IPAddress.Loopback, port: 0);
        silent.Start();
        var builder = ServiceHost.Create(
            ["--Sqs:ServiceUrl=http://127.0.0.1:1"],
            new Dictionary<string, string?>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://{silent.LocalEndpoint}",
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            });
        builder.AddTelemetry(scrapes: false);
        using var host = builder.Build();
        await host.StartAsync();
        using (var source = new ActivitySource(LoginTracing.SourceName))
        {
            var span = source.StartActivity("a span");
            Assert.NotNull(span);
            span.Dispose();
        }

        host.Services.GetRequiredService<ILogger<TelemetryStopTests>>()
            .Log(LogLevel.Warning, default, "a line", exception: null, static (text, _) => text);

        var stopping = Stopwatch.StartNew();
        await host.StopAsync();
        host.Dispose();

        Assert.InRange(stopping.Elapsed, TelemetryStop.Limit * 0.9, TelemetryStop.Limit + Slack);
    }
}
