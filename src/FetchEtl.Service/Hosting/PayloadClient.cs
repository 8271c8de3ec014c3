using Amazon.S3;
using Microsoft.Extensions.Configuration;

namespace FetchEtl.Service;

/// <summary>Creates the client of S3, which holds payloads that are too large for the queue.</summary>
internal static class PayloadClient
{
    /// <exception cref="UsageException">The settings cannot work.</exception>
    public static AmazonS3Client Create(IConfiguration configuration, Func<string, string?> environment)
    {
        try
        {
            var config = AwsClients.Configure(configuration, environment, "S3", new AmazonS3Config());

            // Emulators and VPC endpoints have no host name for each bucket.
            config.ForcePathStyle = !string.IsNullOrEmpty(config.ServiceURL);
            return new AmazonS3Client(config);
        }
        catch (KeyStoreException unusable)
        {
            throw new UsageException($"Sqs:PayloadBuckets is set, and S3 cannot be called: {unusable.Message}.");
        }
    }
}
