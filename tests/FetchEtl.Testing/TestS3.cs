using System.Collections.Concurrent;
using System.Globalization;
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
    private static readonly string[] Operations = ["partNumber", "uploadId", "uploads", "versioning", "delete"];

    private readonly WebApplication _application;
    private readonly TestS3Objects _objects = new();
    private readonly ConcurrentDictionary<string, string?> _buckets = new(StringComparer.Ordinal);

    private TestS3(WebApplication application) => _application = application;

    public Uri Url => new(_application.Urls.Single());

    /// <summary>The objects by <c>bucket/key</c>.</summary>
    public ConcurrentDictionary<string, byte[]> Objects => _objects.Objects;

    /// <summary>The uploads that are not complete, by <c>bucket/key</c>.</summary>
    public ICollection<string> Uploads => _objects.Uploads.Keys;

    /// <summary>The keys that were deleted together, a request each.</summary>
    public ConcurrentQueue<string[]> Deletes => _objects.Deletes;

    /// <summary>The requests, as <c>GET /bucket/key</c> or <c>DELETE /bucket/key?uploadId</c>.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>
    /// The region that every reply names; null for none. Requests that are signed for another are refused.
    /// </summary>
    public string? Region { get; set; }

    /// <summary>Whether tags look like an MD5, which they are not.</summary>
    public bool HasPlainTags
    {
        get => _objects.HasPlainTags;
        set => _objects.HasPlainTags = value;
    }

    /// <summary>
    /// The error for a request, as <c>503 SlowDown</c>; <c>hang</c> leaves it without a reply, <c>lost</c> replies with
    /// an error after a PUT took effect, <c>cut</c> breaks the connection in the middle of the object, <c>chunked</c>
    /// announces no length. Null for no fault.
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

    /// <summary>Leaves an upload as a killed process does.</summary>
    public void Abandon(string path) => _objects.Uploads[path] = new();

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
            "lost" => LoseAsync(context, path),
            "cut" => CutAsync(context, Objects[path]),
            "chunked" => context.Response.Body.WriteAsync(Objects[path]).AsTask(),
            { } error => ErrorAsync(
                context, int.Parse(error.Split(' ')[0], CultureInfo.InvariantCulture), error.Split(' ')[1], path),
            null when IsOfOtherRegion(context) => ErrorAsync(context, 301, "PermanentRedirect", path),
            null when !_buckets.ContainsKey(path.Split('/')[0]) => ErrorAsync(context, 404, "NoSuchBucket", path),
            null => ReplyAsync(context, path, operation),
        });
    }

    private Task ReplyAsync(HttpContext context, string path, string? operation) =>
        (context.Request.Method, path.Contains('/'), operation) switch
        {
            ("HEAD", false, null) => Task.CompletedTask,
            ("GET", false, null) => _objects.ListAsync(context, path),
            ("GET", false, "uploads") => _objects.ListUploadsAsync(context, path),
            ("GET", false, "versioning") => XmlAsync(context.Response, new XElement(
                "VersioningConfiguration", _buckets[path] is { } status ? new XElement("Status", status) : null)),
            ("POST", false, "delete") => _objects.DeleteManyAsync(context, path),
            ("GET", true, null) => _objects.GetAsync(context, path),
            ("PUT", true, null) => _objects.PutAsync(context, path),
            ("PUT", true, "partNumber") => _objects.PutPartAsync(context, path),
            ("POST", true, "uploads") => _objects.BeginUploadAsync(context, path),
            ("POST", true, "uploadId") => _objects.EndUploadAsync(context, path),
            ("DELETE", true, "uploadId") => _objects.AbortUploadAsync(context, path),
            ("DELETE", true, null) => _objects.DeleteAsync(context, path),
            _ => ErrorAsync(context, StatusCodes.Status405MethodNotAllowed, "MethodNotAllowed", path),
        };

    private async Task LoseAsync(HttpContext context, string path)
    {
        await _objects.PutAsync(context, path);
        await ErrorAsync(context, StatusCodes.Status500InternalServerError, "InternalError", path);
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

    internal static Task XmlAsync(HttpResponse response, XElement xml)
    {
        response.ContentType = "application/xml";
        return response.WriteAsync(xml.ToString());
    }

    /// <summary>S3 quotes the key, and a denied call's text does. A reply to HEAD has no body.</summary>
    internal static Task ErrorAsync(HttpContext context, int status, string code, string path)
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
