using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Testing;

/// <summary>Objects over S3's REST protocol with the bucket in the path, and faults. It checks no signature.</summary>
public sealed class TestS3 : IAsyncDisposable
{
    /// <summary>The parameters that choose an operation, in the requests' texts.</summary>
    private static readonly string[] Operations = ["uploadId", "partNumber", "uploads", "versioning"];

    private readonly WebApplication _application;
    private readonly ConcurrentDictionary<string, string?> _buckets = new(StringComparer.Ordinal);

    private TestS3(WebApplication application) => _application = application;

    public Uri Url => new(_application.Urls.Single());

    /// <summary>The objects by <c>bucket/key</c>.</summary>
    public ConcurrentDictionary<string, byte[]> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>The requests, as <c>GET /bucket/key</c> or <c>DELETE /bucket/key?uploadId</c>.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>
    /// The region that every reply names; null for none. Requests that are signed for another are refused.
    /// </summary>
    public string? Region { get; set; }

    /// <summary>
    /// The error for a request, as <c>503 SlowDown</c>; <c>hang</c> leaves it without a reply, <c>cut</c> breaks the
    /// connection in the middle of the object, <c>chunked</c> announces no length. Null for no fault.
    /// </summary>
    public Func<string, string?> Fault { get; set; } = _ => null;

    public static async Task<TestS3> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var s3 = new TestS3(builder.Build());
        s3._application.Run(s3.ReplyAsync);
        await s3._application.StartAsync();
        return s3;
    }

    /// <summary>Creates a bucket.</summary>
    /// <param name="bucket">Its name.</param>
    /// <param name="versioning"><c>Enabled</c> or <c>Suspended</c>; null where it has never kept versions.</param>
    public void Create(string bucket, string? versioning = null) => _buckets[bucket] = versioning;

    /// <summary>Puts an object, into a new bucket where there is none.</summary>
    public void Put(string path, string text)
    {
        _buckets.TryAdd(path.Split('/')[0], null);
        Objects[path] = Encoding.UTF8.GetBytes(text);
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private async Task ReplyAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!.Trim('/');
        var operation = Array.Find(Operations, context.Request.Query.ContainsKey);
        var request = $"{context.Request.Method} /{path}{(operation is null ? string.Empty : $"?{operation}")}";
        Requests.Enqueue(request);
        if (Region is not null)
        {
            context.Response.Headers["x-amz-bucket-region"] = Region;
        }

        await (Fault(request) switch
        {
            "hang" => Task.Delay(Timeout.Infinite, context.RequestAborted),
            "cut" => CutAsync(context, Objects[path]),
            "chunked" => context.Response.Body.WriteAsync(Objects[path]).AsTask(),
            { } error => ErrorAsync(context, int.Parse(error.Split(' ')[0]), error.Split(' ')[1], path),
            null when IsOfOtherRegion(context) => ErrorAsync(context, 301, "PermanentRedirect", path),
            null when !_buckets.ContainsKey(path.Split('/')[0]) => ErrorAsync(context, 404, "NoSuchBucket", path),
            null => ReplyAsync(context, path, operation),
        });
    }

    private Task ReplyAsync(HttpContext context, string path, string? operation)
    {
        var response = context.Response;
        switch (context.Request.Method, path.Contains('/'))
        {
            case ("HEAD", false):
                return Task.CompletedTask;
            case ("GET", false) when operation == "versioning":
                return XmlAsync(response, new XElement(
                    "VersioningConfiguration", _buckets[path] is { } status ? new XElement("Status", status) : null));
            case ("DELETE", true):
                Objects.TryRemove(path, out _);
                response.StatusCode = StatusCodes.Status204NoContent;
                return Task.CompletedTask;
            case ("GET", true) when Objects.TryGetValue(path, out var content):
                response.ContentLength = content.Length;
                return response.Body.WriteAsync(content).AsTask();
            default:
                return ErrorAsync(context, StatusCodes.Status404NotFound, "NoSuchKey", path);
        }
    }

    private static async Task CutAsync(HttpContext context, byte[] content)
    {
        context.Response.ContentLength = content.Length;
        await context.Response.Body.WriteAsync(content.AsMemory(0, content.Length / 2));
        await context.Response.Body.FlushAsync();
        context.Abort();
    }

    /// <summary>A signature names its region: <c>Credential=id/date/region/s3/aws4_request</c>.</summary>
    private bool IsOfOtherRegion(HttpContext context) => Region is not null
        && !context.Request.Headers.Authorization.ToString().Contains($"/{Region}/s3/", StringComparison.Ordinal);

    private static Task XmlAsync(HttpResponse response, XElement xml)
    {
        response.ContentType = "application/xml";
        return response.WriteAsync(xml.ToString());
    }

    /// <summary>S3 quotes the key, and a denied call's text does. A reply to HEAD has no body.</summary>
    private static Task ErrorAsync(HttpContext context, int status, string code, string path)
    {
        context.Response.StatusCode = status;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : XmlAsync(
            context.Response,
            new XElement(
                "Error",
                new XElement("Code", code),
                new XElement("Message", $"not authorized on {path}"),
                new XElement("Key", path),
                new XElement("RequestId", "r")));
    }
}
