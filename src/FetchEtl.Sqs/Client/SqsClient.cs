using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.SQS;
using Amazon.SQS.Internal;
using Amazon.SQS.Model;
using Amazon.SQS.Model.Internal.MarshallTransformations;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs;

/// <summary>The SDK's client, with each message of a receive read by itself.</summary>
internal class SqsClient : AmazonSQSClient
{
    /// <param name="credentials">What to sign with. Null: what the configuration or the SDK's chain finds.</param>
    /// <param name="config">The configuration. It must not change afterwards.</param>
    /// <param name="logger">Gets a line for each malformed message.</param>
    public SqsClient(AWSCredentials? credentials, AmazonSQSConfig config, ILogger logger)
        : base(credentials, config) =>
        ReceiveReply = new ReceiveReply(RuntimePipeline.Handlers.Exists(x => x is ValidationResponseHandler), logger);

    protected ReceiveReply ReceiveReply { get; }

    /// <inheritdoc />
    public override Task<ReceiveMessageResponse> ReceiveMessageAsync(
        ReceiveMessageRequest request, CancellationToken cancellationToken = default)
    {
        var options = new InvokeOptions
        {
            RequestMarshaller = ReceiveMessageRequestMarshaller.Instance,
            ResponseUnmarshaller = ReceiveReply,
        };
        return InvokeAsync<ReceiveMessageResponse>(request, options, cancellationToken);
    }
}
