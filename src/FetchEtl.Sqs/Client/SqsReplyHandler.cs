using System.Net;
using Amazon.Runtime;

namespace FetchEtl.Sqs;

/// <summary>
/// Checks each reply before the SDK reads it. A reply that is not SQS's becomes a clear error; the text of an error
/// cannot quote a message body; expired credentials are refreshed and the call retried.
/// </summary>
internal sealed class SqsReplyHandler(Func<Task<AWSCredentials>> credentials, HttpMessageHandler inner)
    : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        var content = await response.Content.ReadAsStreamAsync(cancellationToken);
        if (response.IsSuccessStatusCode && JsonReplies.LooksLikeResult(content))
        {
            return response;
        }

        var status = (int)response.StatusCode;
        if (response.IsSuccessStatusCode || JsonReplies.ReadErrorCode(content) is not { } code)
        {
            var endpoint = request.RequestUri!.GetLeftPart(UriPartial.Authority);
            response.Content = JsonReplies.CreateError(
                SqsErrors.UnrecognizedReply, $"status {status} without a reply of SQS; is {endpoint} an SQS endpoint?");
            response.StatusCode = response.IsSuccessStatusCode ? HttpStatusCode.BadRequest : response.StatusCode;
            return response;
        }

        if (SqsErrors.IsExpiredCredentials(code))
        {
            (await credentials() as RefreshingAWSCredentials)?.ClearCredentials();

            // The SDK retries this status, and signs the retry anew.
            response.StatusCode = HttpStatusCode.ServiceUnavailable;
        }

        // The text of an error can quote a message body where the request held one.
        if (RequestOperation.Of(request) is "SendMessage" or "SendMessageBatch")
        {
            response.Content = JsonReplies.CreateError(code, $"status {status}");
        }

        return response;
    }
}
