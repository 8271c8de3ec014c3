using System.Net;
using Amazon.Runtime;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs;

/// <summary>
/// Lets the SDK, which speaks only JSON, use an endpoint that speaks only the Query protocol. With
/// <see cref="SqsProtocol.Auto"/> the first replies decide, once for the client's life.
/// </summary>
internal sealed class QueryTranslator(
    SqsProtocol protocol, Func<Task<AWSCredentials>> credentials, ILogger logger, HttpMessageHandler inner)
    : DelegatingHandler(inner)
{
    private int _settled = (int)protocol;

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var settled = (SqsProtocol)Volatile.Read(ref _settled);
        if (settled == SqsProtocol.Query)
        {
            var (response, reply) = await SendQueryAsync(request, cancellationToken);
            reply?.Translate(response, RequestOperation.Of(request));
            return response;
        }

        var first = await base.SendAsync(request, cancellationToken);
        return settled == SqsProtocol.Json ? first : await DecideAsync(request, first, cancellationToken);
    }

    private async Task<HttpResponseMessage> DecideAsync(
        HttpRequestMessage request, HttpResponseMessage first, CancellationToken cancellationToken)
    {
        var content = await first.Content.ReadAsStreamAsync(cancellationToken);
        var error = first.IsSuccessStatusCode ? null : JsonReplies.ReadErrorCode(content);
        if (error is null ? IsRefusal(first, content) : SqsErrors.IsUnknownOperation(error))
        {
            var (second, reply) = await SendQueryAsync(request, cancellationToken);
            if (reply is not null && IsAnswer(second, reply))
            {
                Settle(SqsProtocol.Query, request.RequestUri!);
                reply.Translate(second, RequestOperation.Of(request));
                first.Dispose();
                return second;
            }

            second.Dispose();
        }
        else if (first.IsSuccessStatusCode || error is not null)
        {
            Settle(SqsProtocol.Json, request.RequestUri!);
        }

        return first;
    }

    /// <summary>
    /// Whether a reply that is no JSON error shows that the endpoint does not speak JSON. A gateway without a service
    /// behind it says nothing about the service.
    /// </summary>
    private static bool IsRefusal(HttpResponseMessage response, Stream content) => response.IsSuccessStatusCode
        ? !JsonReplies.LooksLikeResult(content)
        : response.StatusCode is not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
            or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout);

    /// <summary>Only a proper answer of the Query protocol, result or error, settles on it.</summary>
    private static bool IsAnswer(HttpResponseMessage response, QueryReply reply) => response.IsSuccessStatusCode
        ? reply.IsResult
        : reply.ErrorCode is { } code && !SqsErrors.IsUnknownOperation(code);

    private async Task<(HttpResponseMessage Response, QueryReply? Reply)> SendQueryAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var json = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
        var (query, form) = QueryRequest.Create(request, json);
        using (query)
        {
            await QuerySignature.SignAsync(query, form, request, credentials);
            var response = await base.SendAsync(query, cancellationToken);
            return (response, QueryReply.Read(await response.Content.ReadAsByteArrayAsync(cancellationToken)));
        }
    }

    private void Settle(SqsProtocol found, Uri endpoint)
    {
        if (Interlocked.CompareExchange(ref _settled, (int)found, (int)SqsProtocol.Auto) == (int)SqsProtocol.Auto
            && found == SqsProtocol.Query)
        {
            logger.QueryIsSpoken(endpoint);
        }
    }
}
