using Amazon.S3;

namespace FetchEtl.Service;

/// <summary>What the trials on a bucket say of it.</summary>
internal static class PayloadRules
{
    /// <param name="bucket">The bucket, which exists.</param>
    /// <param name="region">The region that S3 names; null where it names none.</param>
    /// <param name="endpoint">Where S3 is called.</param>
    public static Finding JudgeBucket(string bucket, string? region, SqsEndpoint endpoint) =>
        region is not null && endpoint.IsAws && endpoint.Region is { } ours && ours != region
            ? Checks.PayloadBucket.Warn(
                $"{bucket} is in {region}, and the service works in {ours}: each payload crosses regions, which takes "
                + "time and is billed",
                "use a bucket in the region of the queue, or correct AWS:Region")
            : Checks.PayloadBucket.Ok(region is null ? $"{bucket} exists" : $"{bucket} exists in {region}");

    /// <param name="bucket">The bucket.</param>
    /// <param name="isMissing">Whether S3 called the object missing; else denied.</param>
    /// <param name="mayList">Whether <c>s3:ListBucket</c> is granted.</param>
    public static Finding JudgeRead(string bucket, bool isMissing, bool mayList) => (isMissing, mayList) switch
    {
        (true, _) => Checks.PayloadRead.Ok($"{bucket}: not refused"),
        (false, true) => Checks.PayloadRead.Warn(
            $"{bucket}: refused for a random key: the caller lacks s3:GetObject, or has it for some "
                + "prefixes only",
            $"grant s3:GetObject on {Objects(bucket)}, or on the prefix of the payloads, and look for a Deny in the "
                + "bucket's policy"),
        (false, false) => Checks.PayloadRead.Warn(
            $"{bucket}: s3:ListBucket is refused. Without it S3 calls a missing object denied, so s3:GetObject cannot "
            + "be tried, and a message whose object is missing is retried instead of becoming a dead letter",
            $"grant s3:ListBucket on arn:aws:s3:::{bucket} and s3:GetObject on {Objects(bucket)}"),
    };

    /// <summary>Whether a delete can be tried.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="versions">Whether it keeps versions; null where it never did.</param>
    /// <param name="isKnown">Whether S3 said so.</param>
    /// <returns>Null where it can.</returns>
    public static Finding? JudgeVersions(string bucket, VersionStatus? versions, bool isKnown) => isKnown switch
    {
        false => Checks.PayloadDelete.Skip(
            $"a bucket that keeps versions would keep a delete marker of the trial, and only s3:GetBucketVersioning on "
            + $"arn:aws:s3:::{bucket} shows that this one does not"),
        true when versions == VersionStatus.Enabled => Checks.PayloadDelete.Warn(
            $"{bucket} keeps versions: a deleted payload stays there as a version. s3:DeleteObject is not tried, since "
            + "the trial would leave a delete marker",
            "add a lifecycle rule that expires noncurrent versions and delete markers"),
        true when versions == VersionStatus.Suspended => Checks.PayloadDelete.Skip(
            $"{bucket} has kept versions, so the trial would leave a delete marker"),
        true => null,
    };

    /// <param name="bucket">The bucket.</param>
    /// <param name="failure">Why the delete failed; null where it did not.</param>
    /// <param name="region">Where S3 is called.</param>
    public static Finding JudgeDelete(string bucket, Exception? failure, string? region)
    {
        if (failure is null)
        {
            return Checks.PayloadDelete.Ok($"{bucket}: not refused");
        }

        if (PayloadTrouble.IsDenied(failure))
        {
            return Checks.PayloadDelete.Warn(
                $"{bucket}: refused for a random key, and Sqs:DeletePayloads is true: the caller "
                    + "lacks s3:DeleteObject, or has it for some prefixes only",
                $"grant s3:DeleteObject on {Objects(bucket)}, or on the prefix of the payloads, or leave the deletes "
                    + "to a lifecycle rule");
        }

        var (found, remedy) = PayloadTrouble.Describe(failure, region);
        return Checks.PayloadDelete.Fail($"{bucket}: {found}", remedy);
    }

    private static string Objects(string bucket) => $"arn:aws:s3:::{bucket}/*";
}
