using Amazon.Runtime;

namespace FetchEtl.Sqs;

/// <summary>One request, one reply: sends, counts, times out, and gives every failure of the network its name.</summary>
internal sealed class SqsExchange(
    HttpMessageInvoker http, SqsMetrics metrics, TimeSpan requestTimeout, TimeProvider timeProvider)
{
    /// <exception cref="SqsException">No reply came.</exception>
    public async Task<SqsReply> SendAsync(ISqsProtocol protocol, SqsRequest request, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(requestTimeout + request.WaitTime, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        using var message = protocol.CreateRequest(request);
        var start = metrics.MeasuresDuration ? timeProvider.GetTimestamp() : 0;
        metrics.ApiCall(request.Operation);
        try
        {
            using var response = await http.SendAsync(message, either.Token);
            return await SqsReply.ReadAsync(response, either.Token);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException exception)
        {
            // Without our own timeout it is the handler's, which limits connecting.
            throw timeout.IsCancellationRequested
                ? Failure(request, SqsErrorCode.Timeout, $"no reply within {requestTimeout + request.WaitTime}", exception)
                : Failure(request, SqsErrorCode.ConnectionFailed, "the connection took too long to stand", exception);
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError is HttpRequestError.NameResolutionError
            or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError)
        {
            throw Failure(request, SqsErrorCode.ConnectionFailed, exception.Message, exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw Failure(request, SqsErrorCode.ReplyLost, exception.Message, exception);
        }
        catch (AmazonClientException exception)
        {
            throw Failure(request, SqsErrorCode.NoCredentials, exception.Message, exception);
        }
        finally
        {
            if (start != 0)
            {
                metrics.ApiDuration(request.Operation, timeProvider.GetElapsedTime(start));
            }
        }
    }

    private static SqsException Failure(SqsRequest request, string code, string explanation, Exception cause) =>
        new(request.Operation, code, explanation, SqsErrors.IsTransient(code, status: null), innerException: cause);
}
