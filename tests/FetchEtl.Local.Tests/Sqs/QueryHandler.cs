using System.Text;
using System.Text.Json.Nodes;

namespace FetchEtl.Local.Tests;

/// <summary>
/// Sends the JSON requests of the AWS SDK as Query, and returns the XML responses to it as JSON. So one suite, written
/// with the SDK, judges both protocols.
/// </summary>
internal sealed class QueryHandler() : DelegatingHandler(new SocketsHttpHandler())
{
    private const string TargetPrefix = "AmazonSQS.";

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var target = request.Headers.GetValues("X-Amz-Target").Single();
        Assert.StartsWith(TargetPrefix, target, StringComparison.Ordinal);
        var operation = target[TargetPrefix.Length..];
        var input = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!.AsObject();

        using var query = new HttpRequestMessage(HttpMethod.Post, request.RequestUri);
        query.Content = new FormUrlEncodedContent(QueryMessages.Parameters(operation, input));

        // The signature does not fit this request. Some emulators read the name of the service here.
        query.Headers.TryAddWithoutValidation(
            "Authorization", request.Headers.NonValidated["Authorization"].ToString());
        if (request.Headers.NonValidated.TryGetValues("X-Amzn-Trace-Id", out var trace))
        {
            query.Headers.TryAddWithoutValidation("X-Amzn-Trace-Id", trace.ToString());
        }

        using var response = await base.SendAsync(query, cancellationToken);
        var xml = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode ? Success(response, operation, xml) : Failure(response, xml);
    }

    private static HttpResponseMessage Success(HttpResponseMessage response, string operation, string xml)
    {
        var output = QueryMessages.ReadOutput(operation, xml);
        return new(response.StatusCode) { Content = new StringContent(output.ToJsonString(), Encoding.UTF8) };
    }

    private static HttpResponseMessage Failure(HttpResponseMessage response, string xml)
    {
        var (code, type, message) = QueryMessages.ReadError(xml);
        var error = new JsonObject { ["__type"] = QueryMessages.ErrorName(code), ["message"] = message };
        var json = new HttpResponseMessage(response.StatusCode)
        {
            Content = new StringContent(error.ToJsonString(), Encoding.UTF8),
        };
        json.Headers.Add("x-amzn-query-error", $"{code};{type}");
        return json;
    }
}
