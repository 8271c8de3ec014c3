using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.SQS;
using Amazon.SQS.Model;
using Amazon.SQS.Model.Internal.MarshallTransformations;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs;

/// <summary>The SDK's client, with each message of a receive read by itself.</summary>
/// <param name="credentials">What to sign with. Null: what the configuration or the SDK's chain finds.</param>
/// <param name="config">The configuration. It must not change afterwards.</param>
/// <param name="logger">Gets a line for each malformed message.</param>
internal class SqsClient(AWSCredentials? credentials, AmazonSQSConfig config, ILogger logger)
    : AmazonSQSClient(credentials, config)
{
    protected ILogger Logger => logger;

    /// <inheritdoc />
    public override async Task<ReceiveMessageResponse> ReceiveMessageAsync(
        ReceiveMessageRequest request, CancellationToken cancellationToken = default)
    {
        var reply = new ReceiveReply(logger);
        var options = new InvokeOptions
        {
            RequestMarshaller = ReceiveMessageRequestMarshaller.Instance,
            ResponseUnmarshaller = reply,
        };
        try
        {
            return await InvokeAsync<ReceiveMessageResponse>(request, options, cancellationToken);
        }
        catch (Exception) when (reply.Response is not null && !cancellationToken.IsCancellationRequested)
        {
            // The reply was read. Only the SDK's check of MD5s comes after that.
            return reply.Check(reply.Response);
        }
    }
}
