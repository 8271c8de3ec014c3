using Amazon.S3;

namespace FetchEtl.Service;

/// <summary>
/// Tries the rights on a bucket with a random key, so that no call can touch an object. S3 calls a missing object
/// denied where the caller may not list the bucket:
/// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html.
/// </summary>
/// <param name="limit">Limits each call.</param>
/// <param name="client">Calls S3, as the service does.</param>
internal sealed class PayloadTrials(CallLimit limit, IAmazonS3 client)
{
    private readonly string _key = $"fetch-etl-doctor/{Guid.NewGuid()}";

    private string? Region => SqsEndpoint.Of(client.Config).Region;

    /// <param name="bucket">The bucket.</param>
    /// <param name="deletes">Whether the service deletes payloads.</param>
    /// <param name="cancellationToken">Ends the trials.</param>
    public async Task<IReadOnlyList<Finding>> RunAsync(
        string bucket, bool deletes, CancellationToken cancellationToken)
    {
        // The service's own call: only its reply says why it is refused.
        var read = await TryAsync(token => GetAsync(bucket, token), cancellationToken);
        if (!PayloadTrouble.IsMissing(read) && !PayloadTrouble.IsDenied(read))
        {
            return Useless(bucket, read, deletes);
        }

        string? region = null;
        var list = await TryAsync(
            async token => region = (await client.HeadBucketAsync(new() { BucketName = bucket }, token)).BucketRegion,
            cancellationToken);
        if (PayloadTrouble.IsDenied(read) && list is not null && !PayloadTrouble.IsForbidden(list))
        {
            return Useless(bucket, list, deletes);
        }

        return
        [
            PayloadRules.JudgeBucket(
                bucket, region ?? PayloadTrouble.RegionOf(list), SqsEndpoint.Of(client.Config)),
            PayloadRules.JudgeRead(bucket, PayloadTrouble.IsMissing(read), mayList: list is null),
            .. deletes ? [await TryDeleteAsync(bucket, cancellationToken)] : Array.Empty<Finding>(),
        ];
    }

    private IReadOnlyList<Finding> Useless(string bucket, Exception? failure, bool deletes)
    {
        var (found, remedy) = failure is null
            ? ("an object was returned that cannot exist: this endpoint is not S3",
                "check AWS:ServiceURL and AWS_ENDPOINT_URL_S3")
            : PayloadTrouble.Describe(failure, Region);
        var reason = $"{bucket} cannot be used";
        Finding[] skipped = [Checks.PayloadRead.Skip(reason), Checks.PayloadDelete.Skip(reason)];
        return [Checks.PayloadBucket.Fail($"{bucket}: {found}", remedy), .. skipped.Take(deletes ? 2 : 1)];
    }

    /// <summary>Where a bucket keeps versions, the delete of a missing object leaves a delete marker.</summary>
    private async Task<Finding> TryDeleteAsync(string bucket, CancellationToken cancellationToken)
    {
        VersionStatus? versions = null;
        var unknown = await TryAsync(
            async token => versions = (await client.GetBucketVersioningAsync(bucket, token)).VersioningConfig?.Status,
            cancellationToken);
        if (PayloadRules.JudgeVersions(bucket, versions, isKnown: unknown is null) is { } finding)
        {
            return finding;
        }

        return PayloadRules.JudgeDelete(
            bucket,
            await TryAsync(token => client.DeleteObjectAsync(bucket, _key, token), cancellationToken),
            Region);
    }

    private async Task GetAsync(string bucket, CancellationToken cancellationToken)
    {
        using var reply = await client.GetObjectAsync(bucket, _key, cancellationToken);
    }

    /// <returns>The failure; null for none.</returns>
    private async Task<Exception?> TryAsync(Func<CancellationToken, Task> call, CancellationToken cancellationToken)
    {
        try
        {
            await limit.RunAsync(call, cancellationToken);
            return null;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return exception;
        }
    }
}
