using Amazon.S3;

namespace FetchEtl.Service;

/// <summary>The buckets from which payloads are read, and the rights on them.</summary>
internal sealed class PayloadSection : IDoctorSection
{
    public string Name => "Payloads in S3";

    public async Task<IReadOnlyList<Finding>> RunAsync(DoctorContext context, CancellationToken cancellationToken)
    {
        // S3 is called with the same identity and region.
        if (context.Sqs is not { } settings || context.Client is null)
        {
            return [Checks.PayloadBucket.Skip(context.NoSqs!)];
        }

        if (settings.PayloadBuckets.Count == 0)
        {
            return [Checks.PayloadBucket.Ok("none: Sqs:PayloadBuckets is not set, and nothing is asked of S3")];
        }

        try
        {
            var config = AwsClients.ConfigureS3(context.Host.Configuration, Environment.GetEnvironmentVariable);
            using var client = new AmazonS3Client(config);
            var trials = new PayloadTrials(context.Limit, client);
            var findings = new List<Finding>();
            foreach (var bucket in settings.PayloadBuckets.Distinct(StringComparer.Ordinal))
            {
                findings.AddRange(await trials.RunAsync(bucket, settings.DeletePayloads, cancellationToken));
            }

            return findings;
        }
        catch (KeyStoreException unusable)
        {
            return [Checks.PayloadBucket.Fail("S3 cannot be called", unusable.Message)];
        }
    }
}
