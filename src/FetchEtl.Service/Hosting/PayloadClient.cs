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
            return new AmazonS3Client(AwsClients.ConfigureS3(configuration, environment));
        }
        catch (KeyStoreException unusable)
        {
            throw new UsageException($"Sqs:PayloadBuckets is set, and S3 cannot be called: {unusable.Message}.");
        }
    }
}
