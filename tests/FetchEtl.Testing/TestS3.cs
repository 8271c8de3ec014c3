using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Testing;

/// <summary>Objects over S3's REST protocol with paths, and faults. It checks no signature.</summary>
public sealed class TestS3 : IAsyncDisposable
{
    private readonly WebApplication _application;

    private TestS3(WebApplication application) => _application = application;

    public Uri Url => new(_application.Urls.Single());

    /// <summary>The objects by <c>bucket/key</c>.</summary>
    public ConcurrentDictionary<string, byte[]> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>The requests, as <c>GET /bucket/key</c>.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

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
        s3._application.Run(s3.AnswerAsync);
        await s3._application.StartAsync();
        return s3;
    }

    public void Put(string path, string text) => Objects[path] = Encoding.UTF8.GetBytes(text);

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!.TrimStart('/');
        var request = $"{context.Request.Method} /{path}";
        Requests.Enqueue(request);
        var fault = Fault(request);
        var found = Objects.TryGetValue(path, out var bytes);
        switch (fault)
        {
            case "hang":
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
                break;
            case "cut":
                context.Response.ContentLength = bytes!.Length;
                await context.Response.Body.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
                await context.Response.Body.FlushAsync();
                context.Abort();
                break;
            case not (null or "chunked"):
                await ErrorAsync(context, int.Parse(fault.Split(' ')[0]), fault.Split(' ')[1], path);
                break;
            case var _ when HttpMethods.IsDelete(context.Request.Method):
                Objects.TryRemove(path, out _);
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
            case var _ when !found:
                await ErrorAsync(context, StatusCodes.Status404NotFound, "NoSuchKey", path);
                break;
            default:
                context.Response.ContentLength = fault is null ? bytes!.Length : null;
                await context.Response.Body.WriteAsync(bytes);
                break;
        }
    }

    /// <summary>S3 quotes the key, and a denied call's text does.</summary>
    private static Task ErrorAsync(HttpContext context, int status, string code, string path)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        return context.Response.WriteAsync(
            $"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>not authorized on {path}</Message>"
            + $"<Key>{path}</Key><RequestId>r</RequestId></Error>");
    }
}
