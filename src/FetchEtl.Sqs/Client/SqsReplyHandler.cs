using System.Net;
using Amazon.Runtime;

namespace FetchEtl.Sqs;

/// <summary>
/// Checks each reply before the SDK reads it. A reply that is not SQS's becomes a clear error; the text of an error cannot
/// quote a message body; expired credentials are refreshed and the call retried.
/// </summary>
internal sealed class SqsReplyHandler(Func<Task<AWSCredentials>> credentials, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        var content = await response.Content.ReadAsStreamAsync(cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            return JsonReplies.LooksLikeResult(content) ? response : Unrecognized(request, response, HttpStatusCode.BadRequest);
        }

        if (JsonReplies.ReadError(content) is not { } error)
        {
            return Unrecognized(request, response, response.StatusCode);
        }

        if (SqsErrors.IsExpiredCredentials(error.Code))
        {
            (await credentials() as RefreshingAWSCredentials)?.ClearCredentials();

            // The SDK retries this status, and signs the retry anew.
            response.StatusCode = HttpStatusCode.ServiceUnavailable;
        }

        if (RequestOperation.CarriesBodies(RequestOperation.Of(request)))
        {
            response.Content = JsonReplies.CreateError(error.Code, $"status {(int)response.StatusCode}");
        }

        return response;
    }

    private static HttpResponseMessage Unrecognized(HttpRequestMessage request, HttpResponseMessage response, HttpStatusCode status)
    {
        var endpoint = request.RequestUri!.GetLeftPart(UriPartial.Authority);
        response.Content = JsonReplies.CreateError(
            SqsErrors.UnrecognizedReply, $"status {(int)response.StatusCode} without a reply of SQS; is {endpoint} an SQS endpoint?");
        response.StatusCode = status;
        return response;
    }
}
