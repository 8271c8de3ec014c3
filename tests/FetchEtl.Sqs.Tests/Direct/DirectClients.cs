using Amazon.Runtime;
using Amazon.SQS;
using Microsoft.Extensions.Time.Testing;
using ReceiveRequest = Amazon.SQS.Model.ReceiveMessageRequest;

namespace FetchEtl.Sqs.Tests;

/// <summary>The configuration that the tests of the direct path start from.</summary>
internal static class DirectClients
{
    public const string QueueUrl = "http://127.0.0.1:4566/000000000000/login-queue";

    public static BasicAWSCredentials Credentials { get; } =
        new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");

    public static ReceiveRequest Receive => new() { QueueUrl = QueueUrl, MaxNumberOfMessages = 10 };

    /// <summary>No retries, so that no test waits for one.</summary>
    public static AmazonSQSConfig Config(HttpClientFactory? http = null, string? serviceUrl = null) => new()
    {
        ServiceURL = serviceUrl ?? "http://127.0.0.1:4566",
        AuthenticationRegion = "eu-central-1",
        HttpClientFactory = http,
        MaxErrorRetry = 0,
        MaxStaleConnectionRetries = 0,
    };

    public static DirectSqsClient Direct(
        HttpClientFactory http, AWSCredentials? credentials = null, TimeProvider? time = null) =>
        new(credentials ?? Credentials, Config(http), time ?? new FakeTimeProvider());
}
