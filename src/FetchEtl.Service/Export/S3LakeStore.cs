using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;
using FetchEtl.Maintenance;
using FetchEtl.Sqs;
using Microsoft.Extensions.Configuration;

namespace FetchEtl.Service;

/// <summary>
/// A lake in a bucket. An object appears whole, when its PUT or its multipart upload completes. Files wait for that in
/// the system's folder for temporary files, without a name, so that a kill leaves none there.
/// </summary>
/// <param name="client">Calls S3; the store disposes it.</param>
/// <param name="bucket">The bucket.</param>
/// <param name="prefix">The prefix with its last slash; empty for the whole bucket.</param>
internal sealed class S3LakeStore(IAmazonS3 client, string bucket, string prefix) : ILakeStore
{
    private const int MaxDeletes = 1000;
    private const int PartBytes = 16 << 20;

    /// <summary>An upload of a part takes longer than a call of another service.</summary>
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromMinutes(5);

    private string? _manifestTag;

    public string Name => $"s3://{bucket}/{prefix}";

    /// <exception cref="UsageException">The address or a setting of AWS cannot work.</exception>
    public static S3LakeStore Create(
        string to, IConfiguration configuration, Func<string, string?> environment)
    {
        if (!to.StartsWith("s3://", StringComparison.OrdinalIgnoreCase)
            || to[5..].Split('/', 2) is not [var bucket, ..] parts
            || !S3BucketName.IsValid(bucket))
        {
            throw new UsageException("--to must be a folder, or s3://bucket/prefix.");
        }

        var prefix = parts.Length == 2 ? parts[1].Trim('/') : string.Empty;
        try
        {
            var config = AwsClients.ConfigureS3(configuration, environment);
            if (configuration["AWS:Timeout"] is null)
            {
                config.Timeout = AttemptTimeout;
            }

            if (configuration["AWS:MaxErrorRetry"] is null)
            {
                config.MaxErrorRetry = 6;
            }

            return new S3LakeStore(
                new AmazonS3Client(config), bucket, prefix.Length == 0 ? prefix : $"{prefix}/");
        }
        catch (KeyStoreException unusable)
        {
            throw new UsageException($"--to: {unusable.Message}.");
        }
    }

    /// <summary>Ends uploads that a killed run left: no listing shows them, but S3 bills their parts.</summary>
    public Task OpenAsync(CancellationToken cancellationToken) => Guard("s3:ListBucketMultipartUploads", async () =>
    {
        try
        {
            var request = new ListMultipartUploadsRequest { BucketName = bucket, Prefix = $"{prefix}device_type=" };
            ListMultipartUploadsResponse page;
            do
            {
                page = await client.ListMultipartUploadsAsync(request, cancellationToken);
                foreach (var upload in page.MultipartUploads ?? [])
                {
                    await AbortAsync(upload, cancellationToken);
                }

                (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
            }
            while (page.IsTruncated == true);
        }
        catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.NotImplemented
            || SqsTrouble.IsDenied(exception.ErrorCode ?? string.Empty))
        {
            Warnings.Write(
                "uploads that a killed export left cannot be ended, and S3 bills their parts. Remedy: grant "
                + "s3:ListBucketMultipartUploads and s3:AbortMultipartUpload, or add a lifecycle rule that aborts "
                + "incomplete uploads");
        }

        return true;
    });

    public Task<IReadOnlyDictionary<string, long>> ListAsync(CancellationToken cancellationToken) =>
        Guard("s3:ListBucket", async () =>
        {
            var files = new Dictionary<string, long>(StringComparer.Ordinal);
            var request = new ListObjectsV2Request { BucketName = bucket, Prefix = prefix };
            ListObjectsV2Response page;
            do
            {
                page = await client.ListObjectsV2Async(request, cancellationToken);
                foreach (var found in page.S3Objects ?? [])
                {
                    var path = found.Key[prefix.Length..];
                    if (!path.StartsWith('_') && path.Contains('/', StringComparison.Ordinal))
                    {
                        files[path] = found.Size ?? 0;
                    }
                }

                request.ContinuationToken = page.NextContinuationToken;
            }
            while (page.IsTruncated == true);

            return (IReadOnlyDictionary<string, long>)files;
        });

    public Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken) =>
        Guard("s3:GetObject", async () =>
        {
            try
            {
                using var reply = await client.GetObjectAsync(bucket, prefix + path, cancellationToken);
                using var content = new MemoryStream();
                await reply.ResponseStream.CopyToAsync(content, cancellationToken);
                if (path == LakeExport.ManifestPath)
                {
                    _manifestTag = reply.ETag;
                }

                return content.ToArray();
            }
            catch (AmazonS3Exception exception) when (exception.ErrorCode is "NoSuchKey")
            {
                return null;
            }
        });

    /// <summary>Writes a small object. A manifest that another run wrote meanwhile is not replaced.</summary>
    public Task WriteAsync(string path, byte[] content, CancellationToken cancellationToken) =>
        Guard("s3:PutObject", async () =>
        {
            var isManifest = path == LakeExport.ManifestPath;
            using var stream = new MemoryStream(content);
            var request = new PutObjectRequest
            {
                BucketName = bucket,
                Key = prefix + path,
                InputStream = stream,
                ContentType = "application/json",
                IfMatch = isManifest ? _manifestTag : null,
                IfNoneMatch = isManifest && _manifestTag is null ? "*" : null,
            };
            try
            {
                var reply = await client.PutObjectAsync(request, cancellationToken);
                _manifestTag = isManifest ? reply.ETag : _manifestTag;
            }
            catch (AmazonS3Exception exception) when (exception.StatusCode == HttpStatusCode.PreconditionFailed)
            {
                // The SDK repeats a PUT whose reply was lost, and the object is ours then. The read takes its tag.
                var former = _manifestTag;
                if ((await ReadAsync(path, cancellationToken))?.AsSpan().SequenceEqual(content) != true)
                {
                    _manifestTag = former;
                    throw;
                }
            }

            return true;
        });

    public Stream CreateTemporary()
    {
        var path = Path.Combine(Path.GetTempPath(), $"fetch-etl-{Guid.NewGuid():N}.tmp");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var stream = new FileStream(path, options);
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(path);
        }

        return stream;
    }

    public Task PublishAsync(Stream temporary, string path, CancellationToken cancellationToken) =>
        Guard("s3:PutObject", async () =>
        {
            temporary.Position = 0;
            using var transfer = new TransferUtility(
                client, new TransferUtilityConfig { MinSizeBeforePartUpload = PartBytes });
            await transfer.UploadAsync(
                new TransferUtilityUploadRequest
                {
                    BucketName = bucket,
                    Key = prefix + path,
                    InputStream = temporary,
                    PartSize = PartBytes,
                    AutoCloseStream = false,
                    ContentType = "application/vnd.apache.parquet",
                },
                cancellationToken);
            return true;
        });

    public Task DeleteAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
        Guard("s3:DeleteObject", async () =>
        {
            foreach (var chunk in paths.Chunk(MaxDeletes))
            {
                await client.DeleteObjectsAsync(
                    new DeleteObjectsRequest
                    {
                        BucketName = bucket,
                        Objects = [.. chunk.Select(path => new KeyVersion { Key = prefix + path })],
                    },
                    cancellationToken);
            }

            return true;
        });

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task AbortAsync(MultipartUpload upload, CancellationToken cancellationToken)
    {
        try
        {
            await client.AbortMultipartUploadAsync(bucket, upload.Key, upload.UploadId, cancellationToken);
        }
        catch (AmazonS3Exception exception) when (exception.ErrorCode is "NoSuchUpload")
        {
            // It has ended meanwhile.
        }
    }

    private async Task<T> Guard<T>(string right, Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (DeleteObjectsException exception) when (exception.Response.DeleteErrors is [var first, ..])
        {
            throw new LakeException(
                $"{Name} cannot be used, S3 did not delete an object ({PrintableText.Of(first.Code)}): grant {right} "
                + "on its objects to the role of this process.",
                exception);
        }
        catch (Exception exception)
            when (exception is not (LakeException or OperationCanceledException) && S3Trouble.Knows(exception))
        {
            throw new LakeException(S3Trouble.Describe(exception, Name, right), exception);
        }
    }
}
