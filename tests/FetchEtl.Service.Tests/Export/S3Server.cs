using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Service.Tests;

/// <summary>S3 on loopback, for the calls of the export: one bucket, path style, with faults.</summary>
internal sealed class S3Server : IAsyncDisposable
{
    public const string Bucket = "lake-bucket";

    private const int PageSize = 7;

    private static readonly XNamespace Names = "http://s3.amazonaws.com/doc/2006-03-01/";

    private readonly WebApplication _application;
    private readonly ConcurrentDictionary<string, SortedDictionary<int, byte[]>> _uploads = new();
    private int _faults;

    private S3Server(WebApplication application) => _application = application;

    public string Url => _application.Urls.Single();

    /// <summary>The objects by key.</summary>
    public ConcurrentDictionary<string, byte[]> Objects { get; } = new();

    /// <summary>The uploads that are not complete.</summary>
    public ICollection<string> Uploads => _uploads.Keys;

    /// <summary>Whether tags look like an MD5, which they are not.</summary>
    public bool HasPlainTags { get; set; }

    /// <summary>The key whose next PUT takes effect, and whose reply is lost.</summary>
    public string? LosesReplyOf { get; set; }

    /// <summary>The deleted keys, a request each.</summary>
    public ConcurrentQueue<string[]> Deletes { get; } = new();

    /// <summary>What the uploads that are not complete reply to their end.</summary>
    public (int Status, string Code)? UploadFault { get; set; }

    /// <summary>Status and code of the next calls, as many as <see cref="Fail"/> says.</summary>
    private (int Status, string Code) Fault { get; set; }

    public static async Task<S3Server> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var server = new S3Server(builder.Build());
        server._application.Run(server.ReplyAsync);
        await server._application.StartAsync();
        return server;
    }

    public void Fail(int calls, int status, string code) => (_faults, Fault) = (calls, (status, code));

    /// <summary>Leaves an upload as a killed process does.</summary>
    public void Abandon(string key) => _uploads[key] = [];

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private static async Task<byte[]> BodyAsync(HttpRequest request)
    {
        using var memory = new MemoryStream();
        await request.Body.CopyToAsync(memory);
        var body = memory.ToArray();
        if (!request.Headers["x-amz-content-sha256"].ToString().StartsWith("STREAMING-", StringComparison.Ordinal))
        {
            return body;
        }

        // Chunks: size in hex, extensions, the bytes.
        using var plain = new MemoryStream();
        for (var at = 0; ;)
        {
            var end = at + body.AsSpan(at).IndexOf("\r\n"u8);
            var size = int.Parse(
                Encoding.ASCII.GetString(body, at, end - at).Split(';')[0], NumberStyles.HexNumber);
            if (size == 0)
            {
                return plain.ToArray();
            }

            plain.Write(body, end + 2, size);
            at = end + 2 + size + 2;
        }
    }

    private static Task XmlAsync(HttpResponse response, XElement xml)
    {
        response.ContentType = "application/xml";
        return response.WriteAsync(xml.ToString());
    }

    private static Task ErrorAsync(HttpResponse response, int status, string code)
    {
        response.StatusCode = status;
        return XmlAsync(response, new XElement("Error", new XElement("Code", code), new XElement("Message", "no")));
    }

    /// <summary>The form of a multipart upload's tag: the SDK takes one without a hyphen for an MD5.</summary>
    private string TagOf(byte[] content) =>
        $"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..32]}{(HasPlainTags ? "" : "-1")}\"";

    private async Task ReplyAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        var body = await BodyAsync(request);
        var path = request.Path.Value!.TrimStart('/').Split('/', 2);
        var key = path.Length == 2 ? path[1] : string.Empty;
        if (_faults > 0)
        {
            _faults--;
            await ErrorAsync(response, Fault.Status, Fault.Code);
        }
        else if (path[0] != Bucket)
        {
            await ErrorAsync(response, 404, "NoSuchBucket");
        }
        else
        {
            await ((request.Method, key.Length > 0) switch
            {
                ("GET", false) when request.Query.ContainsKey("uploads") => ListUploads(request, response),
                ("GET", false) => List(request, response),
                ("GET", true) => Get(response, key),
                ("PUT", true) => Put(request, response, key, body),
                ("DELETE", true) => Remove(request, response, key),
                ("POST", true) => Upload(request, response, key),
                _ => Delete(response, body),
            });
        }
    }

    private Task ListUploads(HttpRequest request, HttpResponse response)
    {
        string[] keys = [.. _uploads.Keys.Order(StringComparer.Ordinal)
            .Where(key => string.CompareOrdinal(key, request.Query["key-marker"].ToString()) > 0)];
        return XmlAsync(response, new XElement(
            Names + "ListMultipartUploadsResult",
            new XElement(Names + "IsTruncated", keys.Length > PageSize ? "true" : "false"),
            keys.Length > PageSize ? new XElement(Names + "NextKeyMarker", keys[PageSize - 1]) : null,
            keys.Length > PageSize ? new XElement(Names + "NextUploadIdMarker", "1") : null,
            keys.Take(PageSize).Select(key => new XElement(
                Names + "Upload", new XElement(Names + "Key", key), new XElement(Names + "UploadId", "1")))));
    }

    private Task List(HttpRequest request, HttpResponse response)
    {
        string[] keys =
        [
            .. Objects.Keys.Where(key => key.StartsWith(request.Query["prefix"].ToString(), StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];
        var from = int.TryParse(request.Query["continuation-token"], out var at) ? at : 0;
        var isTruncated = keys.Length > from + PageSize;
        return XmlAsync(response, new XElement(
            Names + "ListBucketResult",
            new XElement(Names + "IsTruncated", isTruncated ? "true" : "false"),
            isTruncated ? new XElement(Names + "NextContinuationToken", from + PageSize) : null,
            keys.Skip(from).Take(PageSize).Select(key => new XElement(
                Names + "Contents",
                new XElement(Names + "Key", key),
                new XElement(Names + "Size", Objects[key].Length)))));
    }

    private Task Get(HttpResponse response, string key)
    {
        if (!Objects.TryGetValue(key, out var content))
        {
            return ErrorAsync(response, 404, "NoSuchKey");
        }

        response.Headers.ETag = TagOf(content);
        response.ContentLength = content.Length;
        return response.Body.WriteAsync(content).AsTask();
    }

    private Task Put(HttpRequest request, HttpResponse response, string key, byte[] body)
    {
        if (int.TryParse(request.Query["partNumber"], out var part))
        {
            _uploads[key][part] = body;
        }
        else if ((request.Headers.IfNoneMatch == "*" && Objects.ContainsKey(key))
            || (request.Headers.IfMatch.ToString() is { Length: > 0 } tag
                && !(Objects.TryGetValue(key, out var present) && TagOf(present) == tag)))
        {
            return ErrorAsync(response, 412, "PreconditionFailed");
        }
        else
        {
            Objects[key] = body;
            if (key == LosesReplyOf)
            {
                LosesReplyOf = null;
                return ErrorAsync(response, 500, "InternalError");
            }
        }

        response.Headers.ETag = TagOf(body);
        return Task.CompletedTask;
    }

    private Task Upload(HttpRequest request, HttpResponse response, string key)
    {
        if (request.Query.ContainsKey("uploads"))
        {
            _uploads[key] = [];
            return XmlAsync(response, new XElement(
                Names + "InitiateMultipartUploadResult", new XElement(Names + "UploadId", "1")));
        }

        Assert.True(_uploads.TryRemove(key, out var parts));
        Objects[key] = [.. parts.SelectMany(part => part.Value)];
        return XmlAsync(response, new XElement(
            Names + "CompleteMultipartUploadResult", new XElement(Names + "ETag", TagOf(Objects[key]))));
    }

    private Task Remove(HttpRequest request, HttpResponse response, string key)
    {
        if (request.Query.ContainsKey("uploadId"))
        {
            if (UploadFault is { } fault)
            {
                return ErrorAsync(response, fault.Status, fault.Code);
            }

            _uploads.TryRemove(key, out _);
        }

        response.StatusCode = 204;
        return Task.CompletedTask;
    }

    private Task Delete(HttpResponse response, byte[] body)
    {
        string[] keys =
        [
            .. XElement.Parse(Encoding.UTF8.GetString(body)).Descendants()
                .Where(element => element.Name.LocalName == "Key").Select(key => key.Value),
        ];
        Deletes.Enqueue(keys);
        foreach (var key in keys)
        {
            Objects.TryRemove(key, out _);
        }

        return XmlAsync(response, new XElement(Names + "DeleteResult"));
    }
}
