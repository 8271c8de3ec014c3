using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>Takes OTLP over HTTP, as a collector does, and keeps what it got.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly ConcurrentQueue<(string Path, byte[] Body)> _requests = new();

    private OtlpReceiver(WebApplication server) => _server = server;

    public string Url => _server.Urls.Single();

    /// <summary>All bytes of all signals, as text in which any value would show.</summary>
    public string Everything => string.Concat(_requests.Select(x => Encoding.Latin1.GetString(x.Body)));

    /// <summary>The latest state of each instrument and set of attributes.</summary>
    public IReadOnlyList<OtlpMetric> Metrics =>
    [
        .. Of("/v1/metrics")
            .SelectMany(request => request.All(1, 2))
            .SelectMany(scope => scope.All(2).Select(x => OtlpMetric.Read(scope.One(1).Text(1), x))),
    ];

    public IReadOnlyList<OtlpSpan> Spans =>
        [.. Of("/v1/traces").SelectMany(request => request.All(1, 2)).SelectMany(x => x.All(2)).Select(OtlpSpan.Read)];

    /// <summary>The texts of the log lines.</summary>
    public IReadOnlyList<string> Logs =>
    [
        .. Of("/v1/logs").SelectMany(request => request.All(1, 2)).SelectMany(x => x.All(2))
            .Select(x => x.One(5).Text(1)),
    ];

    /// <summary>The attributes of the latest resource.</summary>
    public IReadOnlyDictionary<string, string> Resource =>
        OtlpSpan.Attributes(Of("/v1/metrics").Last().One(1).One(1), 1);

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        var receiver = new OtlpReceiver(builder.Build());
        receiver._server.Run(receiver.ReceiveAsync);
        await receiver._server.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private IEnumerable<ProtoMessage> Of(string path) =>
        _requests.Where(x => x.Path == path).Select(x => new ProtoMessage(x.Body));

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        _requests.Enqueue((context.Request.Path, body.ToArray()));
        context.Response.ContentType = "application/x-protobuf";
    }
}

/// <summary>
/// A metric of one export, its kind in the words of docs/telemetry.md, with the attributes of each point and its value
/// or its count.
/// </summary>
internal sealed record OtlpMetric(
    string Meter,
    string Name,
    string Unit,
    string Kind,
    IReadOnlyList<(IReadOnlyDictionary<string, string> Attributes, double Value)> Points)
{
    public static OtlpMetric Read(string meter, ProtoMessage metric)
    {
        var (field, kind, attributes) = metric.Has(5) ? (5, "gauge", 7)
            : metric.Has(9) ? (9, "histogram", 9)
            : (7, metric.One(7).Number(3) == 1 ? "counter" : "up-down counter", 7);
        return new OtlpMetric(
            meter,
            metric.Text(1),
            metric.Text(3),
            kind,
            [.. metric.One(field).All(1).Select(x => (OtlpSpan.Attributes(x, attributes), Value(x, kind)))]);
    }

    private static double Value(ProtoMessage point, string kind) => kind == "histogram" || point.Has(6)
        ? point.Number(kind == "histogram" ? 4 : 6)
        : BitConverter.Int64BitsToDouble(point.Number(4));
}

/// <summary>A span, with the trace id and the span id of each of its links.</summary>
internal sealed record OtlpSpan(
    string TraceId,
    string SpanId,
    string ParentId,
    string Name,
    IReadOnlyDictionary<string, string> Tags,
    IReadOnlyList<string> Links)
{
    public static OtlpSpan Read(ProtoMessage span) => new(
        span.Hex(1),
        span.Hex(2),
        span.Hex(4),
        span.Text(5),
        Attributes(span, 9),
        [.. span.All(13).Select(x => $"{x.Hex(1)}-{x.Hex(2)}")]);

    public static IReadOnlyDictionary<string, string> Attributes(ProtoMessage owner, int field) =>
        owner.All(field).ToDictionary(
            x => x.Text(1),
            x => x.One(2) is var value && value.Has(1) ? value.Text(1) : $"{value.Number(value.Has(3) ? 3 : 2)}",
            StringComparer.Ordinal);
}
