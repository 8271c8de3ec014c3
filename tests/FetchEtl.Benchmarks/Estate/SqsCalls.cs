using System.Globalization;
using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;
using Microsoft.Extensions.DependencyInjection;

namespace FetchEtl.Benchmarks;

/// <summary>Creates the service's SQS client for a local SQS, and shortens the calls of benchmarks and tests.</summary>
internal static class SqsCalls
{
    /// <summary>Creates a client, which the caller disposes.</summary>
    public static IAmazonSQS Connect(
        Uri serviceUrl, Action<AmazonSQSConfig>? configure = null) => new ServiceCollection()
        .AddSqsClient((_, options) =>
        {
            options.ServiceUrl = serviceUrl;
            options.Region = "us-east-1";
            options.Credentials = new BasicAWSCredentials("local", "local");
            options.Configure = configure;
        })
        .BuildServiceProvider()
        .GetRequiredService<IAmazonSQS>();

    public static async Task<string> QueueUrlAsync(
        this IAmazonSQS client, string name, CancellationToken cancellationToken = default) =>
        (await client.GetQueueUrlAsync(name, cancellationToken)).QueueUrl;

    /// <summary>
    /// Receives up to ten messages with all their attributes. They stay hidden for
    /// <paramref name="visibilitySeconds"/>, or for the queue's visibility timeout where that is null.
    /// </summary>
    public static async Task<List<Message>> ReceiveAsync(
        this IAmazonSQS client,
        string queueUrl,
        int? visibilitySeconds = null,
        int waitSeconds = 0,
        int max = 10,
        CancellationToken cancellationToken = default)
    {
        var response = await client.ReceiveMessageAsync(
            new ReceiveMessageRequest(queueUrl)
            {
                MaxNumberOfMessages = max,
                WaitTimeSeconds = waitSeconds,
                VisibilityTimeout = visibilitySeconds,
                MessageSystemAttributeNames = ["All"],
                MessageAttributeNames = ["All"],
            },
            cancellationToken);
        return response.Messages ?? [];
    }

    /// <summary>Sends up to ten messages, each with the same attributes.</summary>
    /// <exception cref="MeasurementException">SQS rejected a message.</exception>
    public static async Task SendAsync(
        this IAmazonSQS client,
        string queueUrl,
        IReadOnlyList<string> bodies,
        Dictionary<string, MessageAttributeValue>? attributes = null,
        CancellationToken cancellationToken = default)
    {
        var entries = bodies.Select(
            (body, index) => new SendMessageBatchRequestEntry(Id(index), body) { MessageAttributes = attributes });
        var response = await client.SendMessageBatchAsync(queueUrl, [.. entries], cancellationToken);
        Require(response.Failed, "sent");
    }

    /// <summary>Deletes up to ten messages.</summary>
    /// <exception cref="MeasurementException">SQS did not delete all of them.</exception>
    public static async Task DeleteAsync(
        this IAmazonSQS client,
        string queueUrl,
        IEnumerable<string> handles,
        CancellationToken cancellationToken = default)
    {
        var entries = handles.Select((handle, index) => new DeleteMessageBatchRequestEntry(Id(index), handle));
        var response = await client.DeleteMessageBatchAsync(queueUrl, [.. entries], cancellationToken);
        Require(response.Failed, "deleted");
    }

    /// <summary>Makes up to ten received messages visible again.</summary>
    /// <exception cref="MeasurementException">SQS did not return all of them.</exception>
    public static async Task ReturnAsync(this IAmazonSQS client, string queueUrl, IEnumerable<string> handles)
    {
        var entries = handles.Select((handle, index) =>
            new ChangeMessageVisibilityBatchRequestEntry(Id(index), handle) { VisibilityTimeout = 0 });
        var response = await client.ChangeMessageVisibilityBatchAsync(queueUrl, [.. entries]);
        Require(response.Failed, "returned");
    }

    public static MessageAttributeValue Text(string value) => new() { DataType = "String", StringValue = value };

    private static string Id(int index) => index.ToString(CultureInfo.InvariantCulture);

    private static void Require(List<BatchResultErrorEntry>? failed, string what)
    {
        if (failed is { Count: > 0 })
        {
            throw new MeasurementException($"{failed.Count} messages were not {what} ({failed[0].Code}).");
        }
    }
}
