using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace FetchEtl.Local.Tests;

/// <summary>An SQS client of the barest kind: requests and results are JSON trees, sent and read in either protocol.</summary>
internal sealed class RawSqs(Uri endpoint, WireProtocol protocol) : IDisposable
{
    private readonly HttpClient _http = new();

    public async Task<JsonObject> CallAsync(string operation, JsonObject request)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, endpoint);
        if (protocol == WireProtocol.Json)
        {
            message.Content = new StringContent(request.ToJsonString(), Encoding.UTF8);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.0");
            message.Headers.Add("X-Amz-Target", "AmazonSQS." + operation);
        }
        else
        {
            message.Content = new FormUrlEncodedContent(QueryWire.Flatten(operation, request));
        }

        // Unsigned in truth; some emulators look here for the service's name.
        message.Headers.TryAddWithoutValidation(
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=test/20300101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0");
        using var response = await _http.SendAsync(message);
        var text = await response.Content.ReadAsStringAsync();
        return (protocol, response.IsSuccessStatusCode) switch
        {
            (WireProtocol.Json, true) => JsonNode.Parse(text)!.AsObject(),
            (WireProtocol.Json, false) => throw new SqsRefusedException(
                response.Headers.GetValues("x-amzn-query-error").Single().Split(';')[0],
                (int)response.StatusCode,
                (string)JsonNode.Parse(text)!["message"]!),
            (_, true) => QueryWire.ReadResult(operation, text),
            _ => throw QueryWire.ReadError((int)response.StatusCode, text),
        };
    }

    public async Task<SqsRefusedException> RefusedAsync(string operation, JsonObject request) =>
        await Assert.ThrowsAsync<SqsRefusedException>(() => CallAsync(operation, request));

    /// <summary>A queue with a name that no other test has.</summary>
    public async Task<RawQueue> CreateQueueAsync(JsonObject? attributes = null, string suffix = "")
    {
        var name = $"test-{Guid.NewGuid():N}{suffix}";
        var request = new JsonObject { ["QueueName"] = name };
        if (attributes is not null)
        {
            request["Attributes"] = attributes;
        }

        var created = await CallAsync("CreateQueue", request);
        return new(this, name, (string)created["QueueUrl"]!);
    }

    public void Dispose() => _http.Dispose();
}
