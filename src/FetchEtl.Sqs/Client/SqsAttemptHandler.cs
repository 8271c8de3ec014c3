using Amazon.Runtime;
using Amazon.SQS;

namespace FetchEtl.Sqs;

/// <summary>
/// One HTTP request: counts it, limits its time and reads its reply to the end, so that the SDK never waits for the network
/// while it parses.
/// </summary>
internal sealed class SqsAttemptHandler(SqsMetrics metrics, TimeProvider timeProvider, TimeSpan timeout, HttpMessageHandler inner)
    : DelegatingHandler(inner)
{
    private const string Receive = "ReceiveMessage";

    /// <summary>SQS's longest poll ("Amazon SQS short and long polling", SQS Developer Guide).</summary>
    private static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(20);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var operation = RequestOperation.Of(request);
        var limit = operation == Receive && timeout != Timeout.InfiniteTimeSpan ? timeout + LongestPoll : timeout;
        using var timer = new CancellationTokenSource(limit, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        HttpResponseMessage? response = null;
        var start = metrics.MeasuresDuration ? timeProvider.GetTimestamp() : 0;
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
            var failure = cancellationToken.IsCancellationRequested ? null : Failure(operation, exception, timer.IsCancellationRequested, limit);
            if (failure is null)
            {
                throw;
            }

            throw failure;
        }
        finally
        {
            if (start != 0)
            {
                metrics.ApiDuration(operation, timeProvider.GetElapsedTime(start));
            }
        }
    }

    /// <summary>
    /// The exception to throw in place of the network's; null keeps that. The SDK retries failures of the network. For a
    /// receive whose reply is lost it must not: SQS has hidden those messages already, and a second receive would hide more.
    /// </summary>
    private static Exception? Failure(string operation, Exception exception, bool timedOut, TimeSpan limit)
    {
        var code = timedOut && exception is OperationCanceledException ? SqsErrors.Timeout
            : IsReplyLost(exception) ? SqsErrors.ReplyLost
            : null;
        var text = $"{operation}: {(code == SqsErrors.Timeout ? $"no reply within {limit.TotalSeconds} s" : exception.Message)}";

        // The SDK looks for network failures in inner exceptions, so the receive's failure has none.
        return (operation, code) switch
        {
            (_, null) => null,
            (Receive, _) => new AmazonSQSException(text, ErrorType.Unknown, code, requestId: null, default),
            (_, SqsErrors.Timeout) => new TimeoutException(text, exception),
            _ => null,
        };
    }

    /// <summary>Whether the connection broke after the request may have been sent.</summary>
    private static bool IsReplyLost(Exception exception) => exception switch
    {
        HttpRequestException http => http.HttpRequestError is not (HttpRequestError.NameResolutionError
            or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError),
        _ => exception is IOException,
    };
}
