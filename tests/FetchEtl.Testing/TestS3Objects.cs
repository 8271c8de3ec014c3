using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace FetchEtl.Testing;

/// <summary>The calls of S3 on objects and uploads, without faults. Lists have pages of a few entries.</summary>
internal sealed class TestS3Objects
{
    private const int PageSize = 7;

    private static readonly XNamespace Names = "http://s3.amazonaws.com/doc/2006-03-01/";

    /// <summary>The objects by <c>bucket/key</c>.</summary>
    public ConcurrentDictionary<string, byte[]> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>The parts of uploads that are not complete, by <c>bucket/key</c> and number.</summary>
    public ConcurrentDictionary<string, ConcurrentDictionary<int, byte[]>> Uploads { get; } =
        new(StringComparer.Ordinal);

    /// <summary>The keys that were deleted together, a request each.</summary>
    public ConcurrentQueue<string[]> Deletes { get; } = new();

    /// <summary>Whether tags look like an MD5, which they are not.</summary>
    public bool HasPlainTags { get; set; }

    public Task GetAsync(HttpContext context, string path)
    {
        if (!Objects.TryGetValue(path, out var content))
        {
            return TestS3.ErrorAsync(context, StatusCodes.Status404NotFound, "NoSuchKey", path);
        }

        context.Response.Headers.ETag = TagOf(content);
        context.Response.ContentLength = content.Length;
        return context.Response.Body.WriteAsync(content).AsTask();
    }

    public async Task PutAsync(HttpContext context, string path)
    {
        var headers = context.Request.Headers;
        var present = Objects.GetValueOrDefault(path);
        if ((headers.IfNoneMatch == "*" && present is not null)
            || (headers.IfMatch.ToString() is { Length: > 0 } tag && (present is null || TagOf(present) != tag)))
        {
            await TestS3.ErrorAsync(context, StatusCodes.Status412PreconditionFailed, "PreconditionFailed", path);
            return;
        }

        Objects[path] = await BodyAsync(context.Request);
        context.Response.Headers.ETag = TagOf(Objects[path]);
    }

    public async Task PutPartAsync(HttpContext context, string path)
    {
        var part = await BodyAsync(context.Request);
        Uploads[path][int.Parse(context.Request.Query["partNumber"]!, CultureInfo.InvariantCulture)] = part;
        context.Response.Headers.ETag = TagOf(part);
    }

    public Task DeleteAsync(HttpContext context, string path)
    {
        Objects.TryRemove(path, out _);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    public async Task DeleteManyAsync(HttpContext context, string bucket)
    {
        var body = XElement.Parse(Encoding.UTF8.GetString(await BodyAsync(context.Request)));
        string[] keys = [.. body.Descendants().Where(x => x.Name.LocalName == "Key").Select(key => key.Value)];
        Deletes.Enqueue(keys);
        foreach (var key in keys)
        {
            Objects.TryRemove($"{bucket}/{key}", out _);
        }

        await TestS3.XmlAsync(context.Response, new XElement(Names + "DeleteResult"));
    }

    public Task ListAsync(HttpContext context, string bucket)
    {
        var query = context.Request.Query;
        var prefix = $"{bucket}/{query["prefix"]}";
        string[] paths = [.. Objects.Keys.Where(path => path.StartsWith(prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];
        var from = int.TryParse(query["continuation-token"], out var at) ? at : 0;
        var isTruncated = paths.Length > from + PageSize;
        return TestS3.XmlAsync(context.Response, new XElement(
            Names + "ListBucketResult",
            new XElement(Names + "IsTruncated", isTruncated),
            isTruncated ? new XElement(Names + "NextContinuationToken", from + PageSize) : null,
            paths.Skip(from).Take(PageSize).Select(path => new XElement(
                Names + "Contents",
                new XElement(Names + "Key", KeyOf(path)),
                new XElement(Names + "Size", Objects[path].Length)))));
    }

    public Task ListUploadsAsync(HttpContext context, string bucket)
    {
        string[] keys = [.. Uploads.Keys.Where(path => path.StartsWith($"{bucket}/", StringComparison.Ordinal))
            .Select(KeyOf).Order(StringComparer.Ordinal)
            .Where(key => string.CompareOrdinal(key, context.Request.Query["key-marker"].ToString()) > 0)];
        var isTruncated = keys.Length > PageSize;
        return TestS3.XmlAsync(context.Response, new XElement(
            Names + "ListMultipartUploadsResult",
            new XElement(Names + "IsTruncated", isTruncated),
            isTruncated ? new XElement(Names + "NextKeyMarker", keys[PageSize - 1]) : null,
            isTruncated ? new XElement(Names + "NextUploadIdMarker", "1") : null,
            keys.Take(PageSize).Select(key => new XElement(
                Names + "Upload", new XElement(Names + "Key", key), new XElement(Names + "UploadId", "1")))));
    }

    public Task BeginUploadAsync(HttpContext context, string path)
    {
        Uploads[path] = new();
        return TestS3.XmlAsync(context.Response, new XElement(
            Names + "InitiateMultipartUploadResult", new XElement(Names + "UploadId", "1")));
    }

    public Task EndUploadAsync(HttpContext context, string path)
    {
        if (!Uploads.TryRemove(path, out var parts))
        {
            return TestS3.ErrorAsync(context, StatusCodes.Status404NotFound, "NoSuchUpload", path);
        }

        Objects[path] = [.. parts.OrderBy(part => part.Key).SelectMany(part => part.Value)];
        return TestS3.XmlAsync(context.Response, new XElement(
            Names + "CompleteMultipartUploadResult", new XElement(Names + "ETag", TagOf(Objects[path]))));
    }

    public Task AbortUploadAsync(HttpContext context, string path)
    {
        Uploads.TryRemove(path, out _);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static string KeyOf(string path) => path[(path.IndexOf('/') + 1)..];

    /// <summary>The form of a multipart upload's tag: the SDK treats one without a hyphen as an MD5.</summary>
    private string TagOf(byte[] content) =>
        $"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..32]}{(HasPlainTags ? string.Empty : "-1")}\"";

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
            var size = int.Parse(Encoding.ASCII.GetString(body, at, end - at).Split(';')[0], NumberStyles.HexNumber);
            if (size == 0)
            {
                return plain.ToArray();
            }

            plain.Write(body, end + 2, size);
            at = end + 2 + size + 2;
        }
    }
}
