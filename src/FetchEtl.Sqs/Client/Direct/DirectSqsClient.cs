using System.Net;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;
using Amazon.SQS;
using Amazon.SQS.Model;
using Amazon.SQS.Model.Internal.MarshallTransformations;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FetchEtl.Sqs;

/// <summary>
/// The SDK's SQS client with a direct path for the two calls that a consumer makes for every ten messages. The direct
/// path uses the SDK's credentials, marshallers, HTTP clients and unmarshallers, signs by itself, and skips the SDK's
/// pipeline. That saves about half of the client's CPU time.
/// </summary>
/// <remarks>
/// <para>
/// The direct path returns ordinary replies only: status 200 and readable. In every other case the SDK makes the call
/// again, with its own retries and exceptions, and all calls go through the SDK for the next <see cref="Pause"/>.
/// Repeating a call is harmless. A delete is idempotent. A receive whose reply was lost hides its messages for one
/// visibility timeout, whether or not another receive follows.
/// </para>
/// <para>
/// Requests differ from the SDK's in headers that are not signed: <c>User-Agent</c> ends in <c>md/FetchEtl#direct</c>;
/// <c>amz-sdk-invocation-id</c> and <c>amz-sdk-request</c>, which count the SDK's retries, and the trace id of AWS
/// Lambda are missing. <c>ResponseMetadata.Metadata</c> lacks the user agent. The events of
/// <see cref="AmazonServiceClient"/> are raised for calls through the SDK only.
/// </para>
/// </remarks>
internal sealed class DirectSqsClient : SqsClient
{
    /// <summary>How long calls go through the SDK after a direct call without an ordinary reply.</summary>
    internal static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _timeProvider;
    private readonly HttpRequestMessageFactory _http;
    private readonly Lazy<DirectRoute?> _route;
    private long _pausedUntil = long.MinValue;

    /// <inheritdoc cref="SqsClient(AWSCredentials, AmazonSQSConfig, ILogger)"/>
    public DirectSqsClient(
        AWSCredentials? credentials,
        AmazonSQSConfig config,
        TimeProvider timeProvider,
        ILogger? logger = null)
        : base(credentials, config, logger ?? NullLogger.Instance)
    {
        _timeProvider = timeProvider;
        _http = new HttpRequestMessageFactory(Config);
        var handlers = RuntimePipeline.Handlers;
        _route = new(() => DirectRoute.Find(Config, handlers));
    }

    /// <inheritdoc />
    public override async Task<ReceiveMessageResponse> ReceiveMessageAsync(
        ReceiveMessageRequest request, CancellationToken cancellationToken = default) =>
        await TryCallAsync<ReceiveMessageRequest, ReceiveMessageResponse>(
            request, ReceiveMessageRequestMarshaller.Instance, ReceiveReply, cancellationToken)
        ?? await base.ReceiveMessageAsync(request, cancellationToken);

    /// <inheritdoc />
    public override async Task<DeleteMessageBatchResponse> DeleteMessageBatchAsync(
        DeleteMessageBatchRequest request, CancellationToken cancellationToken = default) =>
        await TryCallAsync<DeleteMessageBatchRequest, DeleteMessageBatchResponse>(
            request,
            DeleteMessageBatchRequestMarshaller.Instance,
            DeleteMessageBatchResponseUnmarshaller.Instance,
            cancellationToken)
        ?? await base.DeleteMessageBatchAsync(request, cancellationToken);

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _http.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <returns>An ordinary reply, or null where the SDK has to make the call.</returns>
    private async Task<TReply?> TryCallAsync<TRequest, TReply>(
        TRequest request,
        IMarshaller<IRequest, TRequest> marshaller,
        ResponseUnmarshaller unmarshaller,
        CancellationToken cancellationToken)
        where TRequest : AmazonSQSRequest
        where TReply : AmazonWebServiceResponse
    {
        // The marshaller does not know what a derived request adds. A disposed client has no pipeline.
        if (request?.GetType() != typeof(TRequest)
            || RuntimePipeline is null
            || Volatile.Read(ref _pausedUntil) > _timeProvider.GetTimestamp()
            || _route.Value is not { } route)
        {
            return null;
        }

        try
        {
            var credentials = await GetCredentialsAsync(cancellationToken);
            using var marshalled = marshaller.Marshall(request);
            using var call = (HttpWebRequestMessage)_http.CreateHttpRequest(route.Url);
            if (credentials is null || !route.TryPrepare(call.Request, marshalled, credentials, Now(route)))
            {
                return null;
            }

            var response = await call.GetResponseAsync(cancellationToken);
            using var body = response.ResponseBody;

            // SQS sends no checksum; the SDK would validate it.
            if (response.StatusCode == HttpStatusCode.OK && !response.IsHeaderPresent("x-amz-crc32"))
            {
                using var content = await body.OpenResponseAsync();
                using var context = unmarshaller.CreateContext(
                    response, readEntireResponse: false, content, metrics: null, isException: false);
                return (TReply)unmarshaller.UnmarshallResponse(context);
            }
        }
        catch (Exception exception) when (exception is not AmazonSQSException)
        {
            // The SDK repeats the call. If it meets a fault too, callers get the exception that they know.
            cancellationToken.ThrowIfCancellationRequested();
        }

        Volatile.Write(ref _pausedUntil, _timeProvider.GetTimestamp() + _timeProvider.InTimestamps(Pause));
        return null;
    }

    /// <summary>Finds the credentials that the SDK would sign with; their source refreshes them.</summary>
    private async ValueTask<ImmutableCredentials?> GetCredentialsAsync(CancellationToken cancellationToken)
    {
        var source = ExplicitAWSCredentials ?? Config.DefaultAWSCredentials;
        source ??= await Config.IdentityResolverConfiguration.GetIdentityResolver<AWSCredentials>()
            .ResolveIdentityAsync(Config, cancellationToken) as AWSCredentials;
        return source is null ? null : await source.GetCredentialsAsync();
    }

    /// <summary>The time to sign with, corrected as the SDK corrects it for a clock that is wrong.</summary>
    private DateTimeOffset Now(DirectRoute route)
    {
        var learnt = AWSConfigs.CorrectForClockSkew && !Config.DisableClockSkewCorrection
            ? CorrectClockSkew.GetClockCorrectionForEndpoint(route.Url.ToString())
            : TimeSpan.Zero;
        return _timeProvider.GetUtcNow() + (AWSConfigs.ManualClockCorrection ?? learnt);
    }
}
