using System.Diagnostics.Metrics;
using FetchEtl.Logins;
using FetchEtl.Sqs;
using MassTransit.Logging;
using MassTransit.Monitoring;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace FetchEtl.Service;

/// <summary>
/// Exports metrics, spans and logs. Nothing listens to them, and they cost nothing, unless OpenTelemetry's variables or
/// the web server ask for them.
/// </summary>
internal static class TelemetryExtensions
{
    /// <summary>
    /// The meters that are exported. docs/telemetry.md lists their instruments; a test compares it with a scrape.
    /// </summary>
    private static readonly string[] Meters =
    [
        SqsMetrics.MeterName, LoginMetrics.MeterName, ServiceMetrics.MeterName, InstrumentationOptions.MeterName,
        "Npgsql", "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel",
    ];

    /// <summary>Other names of instruments, where <c>/metrics</c> is served.</summary>
    private static readonly Dictionary<string, string> Renamed = new(StringComparer.Ordinal)
    {
        ["db.client.connection.count"] = "db.client.connections",
        ["dotnet.assembly.count"] = "dotnet.assemblies",
        ["dotnet.process.cpu.count"] = "dotnet.process.cpus",
        ["dotnet.thread_pool.thread.count"] = "dotnet.thread_pool.threads",
        ["dotnet.timer.count"] = "dotnet.timers",
    };

    /// <summary>
    /// Adds the exports that the settings ask for. Call it before any hosted service that is to be observed: it then
    /// starts first and stops last.
    /// </summary>
    /// <param name="builder">The host.</param>
    /// <param name="scrapes">Whether the host serves <c>/metrics</c>.</param>
    public static void AddTelemetry(this HostApplicationBuilder builder, bool scrapes)
    {
        var otlp = OtlpSignals.Read(builder.Configuration);
        if (OtlpSignals.IsSdkDisabled(builder.Configuration) || (!scrapes && otlp == default))
        {
            return;
        }

        var telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(Describe);
        builder.Services.AddHostedService<TelemetryStop>();
        if (otlp.Metrics || scrapes)
        {
            builder.Services.TryAddSingleton<Readiness>();
            builder.Services.TryAddSingleton<QueueWatch>();
            builder.Services.TryAddSingleton<ServiceMetrics>();
            builder.Services.ConfigureOpenTelemetryMeterProvider(
                static (services, _) => services.GetRequiredService<ServiceMetrics>());
            telemetry.WithMetrics(metrics => Configure(metrics, otlp.Metrics, scrapes));
        }

        if (otlp.Traces)
        {
            telemetry.WithTracing(static traces => traces
                .AddSource(LoginTracing.SourceName, DiagnosticHeaders.DefaultListenerName)
                .AddOtlpExporter());
        }

        if (otlp.Logs)
        {
            telemetry.WithLogging(
                static logs => logs.AddOtlpExporter(), static options => options.IncludeFormattedMessage = true);
        }
    }

    /// <summary>Serves <c>/metrics</c> to Prometheus, unless OpenTelemetry is switched off.</summary>
    public static void MapMetrics(this IEndpointRouteBuilder routes)
    {
        if (routes.ServiceProvider.GetService<MeterProvider>() is { } provider)
        {
            routes.MapPrometheusScrapingEndpoint(
                "/metrics", provider, configureBranchedPipeline: null, optionsName: null);
        }
    }

    private static void Configure(MeterProviderBuilder metrics, bool exports, bool scrapes)
    {
        metrics.AddMeter(Meters).AddView(DropMilliseconds);
        if (exports)
        {
            metrics.AddOtlpExporter();
        }

        if (scrapes)
        {
            metrics.AddPrometheusExporter().AddView(Rename);
        }
    }

    /// <summary>
    /// MassTransit's histograms are in milliseconds, with buckets for seconds. <c>messaging.process.duration</c> and
    /// <c>fetchetl.logins.delay</c> say the same.
    /// </summary>
    private static MetricStreamConfiguration? DropMilliseconds(Instrument instrument) =>
        instrument.Meter.Name == InstrumentationOptions.MeterName && instrument.Unit == "ms"
            ? MetricStreamConfiguration.Drop
            : null;

    /// <summary>Prometheus keeps the suffix <c>_count</c> for histograms. promtool objects to it elsewhere.</summary>
    private static MetricStreamConfiguration? Rename(Instrument instrument) =>
        Renamed.TryGetValue(instrument.Name, out var name) ? new MetricStreamConfiguration { Name = name } : null;

    /// <summary>The name and attributes of the environment win over the service's own.</summary>
    private static void Describe(ResourceBuilder resource) => resource
        .AddService("fetch-etl", serviceVersion: ServiceVersion.Text)
        .AddEnvironmentVariableDetector();
}
