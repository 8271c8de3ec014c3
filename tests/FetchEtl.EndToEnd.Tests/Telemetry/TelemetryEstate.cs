using System.Text.RegularExpressions;
using Amazon.SQS.Model;
using FetchEtl.Testing;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// One run of the real service that exports everything, after it has moved valid and invalid messages with canaries.
/// </summary>
public sealed partial class TelemetryEstate : IAsyncLifetime
{
    internal const string Canary = "canary-9b1d";
    internal const string TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    internal const string XRayLink = "5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8";
    internal const string TraceLink = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";

    private const string Valid = $$"""
        {"user_id":"{{Canary}}-user","app_version":"2.3.0","device_type":"ios","ip":"203.0.113.77",
        "locale":"EN","device_id":"{{Canary}}-device"}
        """;

    private Estate _estate = null!;
    private FetchEtlProcess _run = null!;

    internal OtlpReceiver Receiver { get; private set; } = null!;

    /// <summary>Where the service serves <c>/metrics</c>.</summary>
    internal Uri Web { get; private set; } = null!;

    /// <summary>The latest scrape.</summary>
    internal string Scrape { get; private set; } = string.Empty;

    public async Task InitializeAsync()
    {
        _estate = await Estate.CreateAsync();
        Receiver = await OtlpReceiver.StartAsync();
        var settings = _estate.Settings;
        settings["Service__Urls"] = "http://127.0.0.1:0";
        settings["OTEL_EXPORTER_OTLP_ENDPOINT"] = Receiver.Url;
        settings["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        settings["OTEL_SERVICE_NAME"] = "logins-test";
        settings["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment.name=test";
        settings["OTEL_METRIC_EXPORT_INTERVAL"] = "500";
        settings["OTEL_BSP_SCHEDULE_DELAY"] = "200";
        settings["OTEL_BLRP_SCHEDULE_DELAY"] = "200";

        _run = _estate.Start("run");
        var line = await _run.WaitForLineAsync(x => x.Contains("status page are at", StringComparison.Ordinal));
        Web = new Uri(Address().Match(line).Value);

        await SendAsync();
        using var client = new HttpClient();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!IsComplete())
        {
            Scrape = await client.GetStringAsync(new Uri(Web, "/metrics"), limit.Token);
            await Task.Delay(200, limit.Token);
        }
    }

    public async Task DisposeAsync()
    {
        await _run.DisposeAsync();
        await Receiver.DisposeAsync();
        await _estate.DisposeAsync();
    }

    /// <summary>Whether all that the tests look at has arrived.</summary>
    private bool IsComplete() =>
        Scrape.Contains("fetchetl_service_queue_depth", StringComparison.Ordinal)
        && Receiver.Metrics.Any(x => x.Name == "fetchetl.service.queue_depth")
        && Receiver.Metrics.Any(x => x.Name == "fetchetl.sqs.dead_lettered")
        && Receiver.Metrics.Any(x => x.Name == "messaging.client.operation.duration"
            && x.Points.Any(y => y.Attributes.Values.Contains("send", StringComparer.Ordinal)))
        && Receiver.Metrics.Where(x => x.Name == "fetchetl.logins.written").Any(x => x.Points[0].Value >= 3)
        && Arrived("process login-queue", TraceLink) && Arrived("process login-queue", XRayLink)
        && Arrived("INSERT user_logins", TraceLink) && Arrived("INSERT user_logins", XRayLink)
        && Receiver.Spans.Any(x => x.Name == "login-queue process")
        && Receiver.Logs.Count > 0;

    private bool Arrived(string span, string link) =>
        Receiver.Spans.Any(x => x.Name == span && x.Links.Contains(link));

    private async Task SendAsync()
    {
        await _estate.Client.SendMessageAsync(new SendMessageRequest(_estate.QueueUrl, Valid)
        {
            MessageAttributes = new()
            {
                ["traceparent"] = new() { DataType = "String", StringValue = TraceParent },
                ["tracestate"] = new() { DataType = "String", StringValue = $"vendor={Canary}" },
                ["user"] = new() { DataType = "String", StringValue = Canary },
            },
        });
        await _estate.Client.SendMessageAsync(new SendMessageRequest(_estate.QueueUrl, Valid)
        {
            MessageSystemAttributes = new()
            {
                ["AWSTraceHeader"] = new()
                {
                    DataType = "String",
                    StringValue = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
                },
            },
        });
        await _estate.Client.SendMessageAsync(
            _estate.QueueUrl, Valid.Replace("}", $",\"{Canary}\":1}}", StringComparison.Ordinal));
        await _estate.Client.SendMessageAsync(_estate.QueueUrl, $$"""{"{{Canary}}":"{{Canary}}"}""");
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Address();
}
