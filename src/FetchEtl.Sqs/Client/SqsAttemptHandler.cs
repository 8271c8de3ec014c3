using Amazon.Runtime;
using Amazon.SQS;

namespace FetchEtl.Sqs;

/// <summary>
/// One HTTP request: counts it, limits its time and reads its reply to the end, so that the SDK never waits for the
/// network while it parses.
/// </summary>
internal sealed class SqsAttemptHandler(
    SqsMetrics metrics, TimeProvider timeProvider, TimeSpan timeout, HttpMessageHandler inner)
    : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var operation = RequestOperation.Of(request);
        var receives = operation == "ReceiveMessage";
        var limit = receives && timeout != Timeout.InfiniteTimeSpan ? timeout + SqsLimits.WaitTime : timeout;
        using var timer = new CancellationTokenSource(limit, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        HttpResponseMessage? response = null;
        metrics.ApiCall(operation);
        try
        {
            response = await base.SendAsync(request, either.Token);
            await response.Content.LoadIntoBufferAsync(either.Token);
            return response;
        }
        catch (Exception exception)
        {
            response?.Dispose();
            var timedOut = timer.IsCancellationRequested && exception is OperationCanceledException;
            if (cancellationToken.IsCancellationRequested || !(timedOut || IsReplyLost(exception)))
            {
                throw;
            }

            var place = request.RequestUri?.Authority;
            throw timedOut
                ? NoReply($"{operation} got no reply from {place} within {limit.TotalSeconds} s", receives)
                : Broken($"the connection to {place} broke before the reply to {operation} came", receives, exception);
        }
    }

    /// <summary>The network stack's own text names no address.</summary>
    private static Exception Broken(string text, bool receives, Exception cause) => receives
        ? Lost(text, SqsErrors.ReplyLost)
        : new HttpRequestException(text, cause);

    /// <summary>
    /// The SDK retries failures of the network. It must not retry a receive whose reply is lost: SQS has hidden those
    /// messages already, and a second receive would hide more. The SDK looks into inner exceptions, so there is none.
    /// </summary>
    private static AmazonSQSException Lost(string text, string code) =>
        new(text, ErrorType.Unknown, code, requestId: null, default);

    private static Exception NoReply(string text, bool receives) =>
        receives ? Lost(text, SqsErrors.Timeout) : new TimeoutException(text);

    /// <summary>Whether the connection broke after the request may have been sent.</summary>
    private static bool IsReplyLost(Exception exception) => exception is IOException or HttpRequestException
    {
        HttpRequestError: not (HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError),
    };
}
