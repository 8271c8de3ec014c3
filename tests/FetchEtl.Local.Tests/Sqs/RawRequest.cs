using System.Net.Http.Headers;
using System.Text;

namespace FetchEtl.Local.Tests;

/// <summary>A request that the AWS SDK does not send: malformed, or with members that only older clients use.</summary>
internal static class RawRequest
{
    // Unsigned. Some emulators read the name of the service here.
    private const string Authorization =
        "Credential=test/20300101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0";

    public static async Task<HttpResponseMessage> PostAsync(
        Uri url, string operation, string json, WireProtocol protocol = WireProtocol.Json)
    {
        using var http = protocol == WireProtocol.Query ? new HttpClient(new QueryHandler()) : new HttpClient();
        return await PostAsync(http, url, operation, json);
    }

    public static async Task<HttpResponseMessage> PostAsync(HttpClient http, Uri url, string operation, string json)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url);
        request.Content = new StringContent(json, Encoding.UTF8);
        request.Content.Headers.ContentType = new("application/x-amz-json-1.0");
        request.Headers.Add("X-Amz-Target", "AmazonSQS." + operation);
        request.Headers.Authorization = new AuthenticationHeaderValue("AWS4-HMAC-SHA256", Authorization);
        return await http.SendAsync(request);
    }
}
